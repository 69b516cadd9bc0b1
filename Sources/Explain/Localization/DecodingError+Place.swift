extension KeyedDecodingContainer {
  /// Decodes a value, and says where it stands if it is none.
  ///
  /// For numbers that do not fit, such as 3.5 for a whole number or 1e999, and for texts with wrong
  /// escapes, `JSONDecoder` throws an error of its own here, and forgets the place.
  func value<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    do {
      return try decode(type, forKey: key)
    } catch let error where !(error is DecodingError) {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: codingPath + [key],
          debugDescription: "cannot be read as \(DecodingError.name(of: type))",
          underlyingError: error))
    }
  }

  /// Decodes a value as ``value(_:forKey:)`` does; nil if there is none, or if it is null.
  func valueIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    guard contains(key), try !decodeNil(forKey: key) else { return nil }
    return try value(type, forKey: key)
  }
}

extension DecodingError {
  /// The same for people who write JSON.
  func annotationError(path: String) -> AnnotationError {
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
  fileprivate static func name(of type: Any.Type) -> String {
    switch "\(type)" {
    case "String": "text"
    case "Int": "whole number"
    case "Double": "number"
    case "AnnotationID": "whole number or text"
    case "Array<Double>": "list of numbers"
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
