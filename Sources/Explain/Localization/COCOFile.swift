import FoundationEssentials

/// The parts of a COCO annotation file that name boxes, as they stand in the file.
///
/// The format: <https://cocodataset.org/#format-data>. Everything else in it (`info`, `licenses`,
/// `segmentation`, `area`, keys of other tools) is passed over.
struct COCOFile: Decodable {
  struct Image: Decodable {
    var id: Int
    var fileName: String
    var width: Int
    var height: Int

    private enum CodingKeys: String, CodingKey {
      case id, width, height
      case fileName = "file_name"
    }
  }

  struct Annotation: Decodable {
    var id: Int
    var imageID: Int
    var categoryID: Int
    var box: [Double]
    var isCrowd: Bool

    private enum CodingKeys: String, CodingKey {
      case id, iscrowd, bbox
      case imageID = "image_id"
      case categoryID = "category_id"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      id = try container.decode(Int.self, forKey: .id)
      imageID = try container.decode(Int.self, forKey: .imageID)
      categoryID = try container.decode(Int.self, forKey: .categoryID)
      isCrowd = try container.decodeIfPresent(Int.self, forKey: .iscrowd) ?? 0 != 0
      box = isCrowd ? [] : try container.decode([Double].self, forKey: .bbox)
    }
  }

  struct Category: Decodable {
    var id: Int
    var name: String
  }

  var images: [Image]
  var annotations: [Annotation]
  var categories: [Category]

  /// Parses JSON, and checks nothing but its form.
  static func parse(
    _ json: [UInt8], path: String, limits: AnnotationLimits
  ) throws(AnnotationError) -> COCOFile {
    guard json.count <= limits.bytes else {
      throw AnnotationError(
        .tooLarge, path: path, cause: "has \(json.count) bytes; the limit is \(limits.bytes)")
    }
    // The decoder looks only at the texts that it is asked for, and takes other encodings, too.
    do {
      _ = try UTF8Span(validating: json.span)
    } catch {
      throw AnnotationError(
        .notUTF8, path: path, cause: "is not UTF-8 text (byte \(error.byteOffsets.lowerBound))")
    }
    do {
      return try JSONDecoder().decode(COCOFile.self, from: Data(json))
    } catch let error as DecodingError {
      throw error.annotationError(path: path)
    } catch {
      throw AnnotationError(.notJSON, path: path, cause: "\(error)")
    }
  }
}

extension DecodingError {
  fileprivate func annotationError(path: String) -> AnnotationError {
    switch self {
    case .keyNotFound(let key, let context):
      AnnotationError(
        .malformed, path: path, place: context.place, cause: "has no \"\(key.stringValue)\"")
    case .valueNotFound(_, let context):
      AnnotationError(.malformed, path: path, place: context.place, cause: "is null")
    case .typeMismatch(let type, let context):
      AnnotationError(
        .malformed, path: path, place: context.place, cause: "is no \(Self.name(of: type))")
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      AnnotationError(
        .notJSON, path: path,
        cause: "is not valid JSON ("
          + (context.underlyingError.map { "\($0)" } ?? context.debugDescription) + ")")
    case .dataCorrupted(let context):
      AnnotationError(.malformed, path: path, place: context.place, cause: context.debugDescription)
    @unknown default: AnnotationError(.malformed, path: path, cause: "\(self)")
    }
  }

  /// What JSON calls a type.
  private static func name(of type: Any.Type) -> String {
    switch "\(type)" {
    case "String": "text"
    case "Int": "whole number"
    case "Double": "number"
    case let name where name.hasPrefix("Array"): "list"
    default: "object"
    }
  }
}

extension DecodingError.Context {
  /// Such as `annotations[12].bbox`; nil for the whole file.
  fileprivate var place: String? {
    guard !codingPath.isEmpty else { return nil }
    return codingPath.reduce("") { path, key in
      if let index = key.intValue { return "\(path)[\(index)]" }
      return path + (path.isEmpty ? "" : ".") + key.stringValue
    }
  }
}
