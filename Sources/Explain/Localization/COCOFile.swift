import Files
import FoundationEssentials
import Net

/// The parts of a COCO annotation file that name boxes, as given in the file.
///
/// The format: <https://cocodataset.org/#format-data>. Everything else in it (`info`, `licenses`,
/// `segmentation`, `area`, ids of annotations, keys of other tools) is ignored.
struct COCOFile: Decodable {
  struct Image: Decodable {
    /// Nil if there is none, so that no annotation can refer to the picture.
    var id: AnnotationID?
    var fileName: String

    /// Nil if it was unknown to the program that wrote the file: it is missing, null, NaN, 0 or negative.
    var width: Int?
    var height: Int?

    private enum CodingKeys: String, CodingKey {
      case id, width, height
      case fileName = "file_name"
      case url = "coco_url"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      id = try container.valueIfPresent(AnnotationID.self, forKey: .id)
      if !container.contains(.fileName),
        let url = try container.valueIfPresent(String.self, forKey: .url)
      {
        // LVIS names a picture by its address at COCO.
        fileName = URL(string: url)?.path ?? url
      } else {
        fileName = try container.value(String.self, forKey: .fileName)
      }
      width = try Self.side(.width, container)
      height = try Self.side(.height, container)
    }

    private static func side(
      _ key: CodingKeys, _ container: KeyedDecodingContainer<CodingKeys>
    ) throws -> Int? {
      guard let number = try container.valueIfPresent(Double.self, forKey: key), number > 0 else {
        return nil
      }
      guard let side = Int(exactly: number) else {
        throw DecodingError.typeMismatch(
          Int.self,
          DecodingError.Context(
            codingPath: container.codingPath + [key], debugDescription: "\(number)"))
      }
      return side
    }
  }

  struct Annotation: Decodable {
    var imageID: AnnotationID?
    var categoryID: AnnotationID?

    /// Nil for crowds, too.
    var box: [Double]?
    var isCrowd: Bool

    private enum CodingKeys: String, CodingKey {
      case iscrowd, bbox
      case imageID = "image_id"
      case categoryID = "category_id"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      imageID = try container.valueIfPresent(AnnotationID.self, forKey: .imageID)
      isCrowd = try Self.isCrowd(container)
      guard !isCrowd else { return }
      categoryID = try container.valueIfPresent(AnnotationID.self, forKey: .categoryID)
      box = try container.valueIfPresent([Double].self, forKey: .bbox)
    }

    /// A number as in COCO, or true or false.
    private static func isCrowd(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Bool {
      if let flag = try? container.decodeIfPresent(Bool.self, forKey: .iscrowd) { return flag }
      guard let number = try container.valueIfPresent(Double.self, forKey: .iscrowd) else {
        return false
      }
      return number != 0 && !number.isNaN
    }
  }

  struct Category: Decodable {
    var id: AnnotationID

    /// Empty if it is not a text, which matters only when it is looked up.
    var name: String

    private enum CodingKeys: String, CodingKey {
      case id, name
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      id = try container.value(AnnotationID.self, forKey: .id)
      name = (try? container.decode(AnnotationID.self, forKey: .name))?.description ?? ""
    }
  }

  var images: [Image]
  var annotations: [Annotation]
  var categories: [Category]

  /// Parses JSON, and checks only its form.
  ///
  /// Numbers that are not finite may be written as Python does.
  static func parse(
    _ json: [UInt8], path: String, limits: AnnotationLimits
  ) throws(AnnotationError) -> COCOFile {
    guard json.count <= limits.bytes else {
      throw AnnotationError(
        .tooLarge, path: path, cause: "has \(json.count) bytes; the limit is \(limits.bytes)")
    }
    // The decoder checks only the texts that are decoded, and accepts other encodings, too.
    do {
      _ = try UTF8Span(validating: json.span)
    } catch {
      throw AnnotationError(
        .notUTF8, path: path, cause: "is not UTF-8 text (byte \(error.byteOffsets.lowerBound))")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: NonFinite.infinity.word, negativeInfinity: NonFinite.negativeInfinity.word,
      nan: NonFinite.nan.word)
    do {
      return try decoder.decode(
        COCOFile.self, from: Data(NonFinite.quoted(in: json.withoutByteOrderMark)))
    } catch {
      let fault = JSONFault(error)
      throw AnnotationError(
        fault.isSyntaxError ? .notJSON : .malformed, path: path, place: fault.place,
        cause: fault.cause)
    }
  }
}

/// The numbers that JSON cannot express, and Python's `json` writes nevertheless.
private enum NonFinite: CaseIterable {
  case nan, infinity, negativeInfinity

  var word: String {
    switch self {
    case .nan: "NaN"
    case .infinity: "Infinity"
    case .negativeInfinity: "-Infinity"
    }
  }

  /// The text with quotes around these words where they are outside strings.
  static func quoted(in json: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let words = allCases.map { Array($0.word.utf8) }
    var result: ArraySlice<UInt8> = []
    var copied = json.startIndex
    var isText = false
    var place = json.startIndex
    while place < json.endIndex {
      let byte = json[place]
      if byte == UInt8(ascii: "\"") {
        isText.toggle()
      } else if isText {
        // A character after a backslash does not end the text.
        if byte == UInt8(ascii: "\\") { place += 1 }
      } else if byte == UInt8(ascii: "N") || byte == UInt8(ascii: "I") || byte == UInt8(ascii: "-"),
        let word = words.first(where: { json[place...].starts(with: $0) })
      {
        result += json[copied..<place] + [UInt8(ascii: "\"")] + word + [UInt8(ascii: "\"")]
        place += word.count
        copied = place
        continue
      }
      place += 1
    }
    return copied == json.startIndex ? json : result + json[copied...]
  }
}
