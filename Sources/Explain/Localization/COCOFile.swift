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

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      id = try container.value(Int.self, forKey: .id)
      fileName = try container.value(String.self, forKey: .fileName)
      width = try container.value(Int.self, forKey: .width)
      height = try container.value(Int.self, forKey: .height)
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
      id = try container.value(Int.self, forKey: .id)
      imageID = try container.value(Int.self, forKey: .imageID)
      categoryID = try container.value(Int.self, forKey: .categoryID)
      isCrowd =
        container.contains(.iscrowd) ? try container.value(Int.self, forKey: .iscrowd) != 0 : false
      box = isCrowd ? [] : try container.value([Double].self, forKey: .bbox)
    }
  }

  struct Category: Decodable {
    var id: Int
    var name: String

    private enum CodingKeys: String, CodingKey {
      case id, name
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      id = try container.value(Int.self, forKey: .id)
      name = try container.value(String.self, forKey: .name)
    }
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
