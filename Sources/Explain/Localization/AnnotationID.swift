import Files

/// The id of an entry of a COCO file: a whole number, or a text, as some programs write it.
///
/// `7` and `"7"` are the same; `"007"` is different.
package struct AnnotationID: Hashable, Sendable, CustomStringConvertible {
  /// As given in the file.
  package let description: String

  package init(_ text: String) { description = text }

  /// The whole number that it is, or that it spells.
  package var number: Int? { Int(description) }
}

extension AnnotationID: ExpressibleByIntegerLiteral {
  package init(integerLiteral number: Int) { self.init("\(number)") }
}

extension AnnotationID: NamedInJSON {
  static var nameInJSON: String { "a whole number or a text" }
}

extension AnnotationID: Decodable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      self.init("\(number)")
    } else if let text = try? container.decode(String.self) {
      self.init(text)
    } else {
      throw DecodingError.typeMismatch(
        AnnotationID.self,
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "is not an id"))
    }
  }
}
