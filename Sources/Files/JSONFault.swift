/// What is wrong with a JSON text and where, in JSON's terms.
package struct JSONFault: CustomStringConvertible {
  /// Such as `rules[0].atol`; nil for the text as a whole.
  package let place: String?

  /// What is wrong, to follow the place: `is not a number`, or a sentence of its own.
  package let cause: String

  /// Whether the text is not JSON, or nested too deeply.
  package let isSyntaxError: Bool

  private let isSentence: Bool

  /// Explains an error from a decoder.
  ///
  /// - Parameters:
  ///   - error: The error.
  ///   - isSnakeCase: Whether the decoder converted keys from snake case.
  package init(_ error: any Error, isSnakeCase: Bool = false) {
    let words: (String) -> String = { isSnakeCase ? Self.snakeCase($0) : $0 }
    func place(_ context: DecodingError.Context) -> String? {
      guard !context.codingPath.isEmpty else { return nil }
      return context.codingPath.reduce("") { path, key in
        if let index = key.intValue { return "\(path)[\(index)]" }
        return path + (path.isEmpty ? "" : ".") + words(key.stringValue)
      }
    }
    var isSentence = false
    var isSyntaxError = false
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      self.place = place(context)
      cause = "has no \"\(words(key.stringValue))\""
    case .valueNotFound(_, let context):
      self.place = place(context)
      cause = "is null"
    case .typeMismatch(let type, let context):
      self.place = place(context)
      cause = "is not \(Self.name(of: type))"
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      self.place = nil
      let detail = context.underlyingError.map { "\($0)" } ?? context.debugDescription
      cause = "is not valid JSON (\(detail))"
      isSyntaxError = true
    case .dataCorrupted(let context):
      self.place = place(context)
      cause = context.debugDescription
      isSentence = true
    default:
      self.place = nil
      cause = "cannot be read: \(error)"
      isSyntaxError = true
    }
    self.isSentence = isSentence
    self.isSyntaxError = isSyntaxError
  }

  package var description: String { "\(place ?? "it")\(isSentence ? ":" : "") \(cause)" }

  /// JSON's name of a type, with its article.
  package static func name(of type: Any.Type) -> String {
    if let named = type as? any NamedInJSON.Type { return named.nameInJSON }
    return switch "\(type)" {
    case "String": "a text"
    case "Bool": "true or false"
    case "Float", "Double": "a number"
    case let name where name.hasPrefix("Int") || name.hasPrefix("UInt"): "a whole number"
    case "Array<Double>": "a list of numbers"
    case let name where name.hasPrefix("Array"): "a list"
    default: "an object"
    }
  }

  private static func snakeCase(_ key: String) -> String {
    key.reduce("") { $0 + ($1.isUppercase ? "_" + $1.lowercased() : String($1)) }
  }
}

/// A type that decodes itself from JSON that has a different name in JSON.
package protocol NamedInJSON {
  /// The name with its article, such as `a whole number or a text`.
  static var nameInJSON: String { get }
}
