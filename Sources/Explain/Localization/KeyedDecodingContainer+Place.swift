import Files

extension KeyedDecodingContainer {
  /// Decodes a value; an error says where it is.
  ///
  /// For numbers that do not fit, such as 3.5 for a whole number or 1e999, and for texts with wrong
  /// escapes, `JSONDecoder` throws a different error here, without the place.
  func value<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    do {
      return try decode(type, forKey: key)
    } catch let error where !(error is DecodingError) {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: codingPath + [key],
          debugDescription: "cannot be read as \(JSONFault.name(of: type))",
          underlyingError: error))
    }
  }

  /// Decodes a value as ``value(_:forKey:)`` does; nil if there is none, or if it is null.
  func valueIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    guard contains(key), try !decodeNil(forKey: key) else { return nil }
    return try value(type, forKey: key)
  }
}
