import FoundationEssentials

/// A number in JSON: `null` if it is infinite or not a number, which JSON cannot hold.
struct JSONNumber: Hashable, Codable {
  var value: Double

  init(_ value: Double) { self.value = value }

  /// Which of those numbers `null` was is not known, so it is not a number.
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = container.decodeNil() ? .nan : try container.decode(Double.self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isFinite {
      try container.encode(value)
    } else {
      try container.encodeNil()
    }
  }
}

/// A value whose key is there even if the value is not.
struct Nullable<Value: Codable & Hashable>: Hashable, Codable {
  var value: Value?

  init(_ value: Value?) { self.value = value }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = container.decodeNil() ? nil : try container.decode(Value.self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value {
      try container.encode(value)
    } else {
      try container.encodeNil()
    }
  }
}

extension Encodable {
  /// The value as JSON text, ending in a line feed: sorted keys in snake case, indented.
  func jsonText() throws -> String { try jsonText([.prettyPrinted]) }

  /// The value as one line of JSON text, ending in a line feed: sorted keys in snake case.
  func jsonLine() throws -> String { try jsonText([]) }

  private func jsonText(_ formatting: JSONEncoder.OutputFormatting) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self).jsonEscaped + "\n"
  }
}

extension String {
  /// JSON text that says the same without any character that would steer a terminal or that some readers
  /// take for the end of a line.
  ///
  /// Outside of strings, JSON has no such character but line feeds and tabs, which stay.
  package var jsonEscaped: String {
    escaped { scalar in
      guard scalar.value >= 0x7F else { return nil }
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}

/// A value with one more key that says what it is, as lines of JSON need it.
struct KindOf<Value: Encodable>: Encodable {
  var kind: String
  var value: Value

  private enum Key: String, CodingKey {
    case kind
  }

  func encode(to encoder: any Encoder) throws {
    try value.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(kind, forKey: .kind)
  }
}
