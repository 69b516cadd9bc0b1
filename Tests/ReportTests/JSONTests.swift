import FoundationEssentials
import Testing

@testable import Report

/// Any JSON, read back without knowing its shape.
enum JSONValue: Decodable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  static func parse(_ text: String) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
  }

  subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  var keys: Set<String> {
    if case .object(let members) = self { Set(members.keys) } else { [] }
  }

  var items: [JSONValue] {
    if case .list(let items) = self { items } else { [] }
  }

  var double: Double? {
    if case .number(let value) = self { value } else { nil }
  }

  var string: String? {
    if case .text(let value) = self { value } else { nil }
  }
}

@Suite struct JSONTests {
  private struct Sample: Encodable {
    var someNumber: JSONNumber
    var nothing: Nullable<Int>
    var path: String
  }

  @Test(arguments: [Double.infinity, -.infinity, .nan])
  func `what JSON cannot hold is null`(value: Double) throws {
    let text = try Sample(
      someNumber: JSONNumber(value), nothing: Nullable(nil), path: "a/b"
    ).jsonText()
    #expect(
      text == """
        {
          "nothing" : null,
          "path" : "a/b",
          "some_number" : null
        }

        """)
  }

  @Test func `numbers keep every bit`() throws {
    let value = 0.1 + 0.2
    let text = try Sample(
      someNumber: JSONNumber(value), nothing: Nullable(3), path: ""
    ).jsonText()
    #expect(try JSONValue.parse(text)["some_number"]?.double == value)
    #expect(try JSONValue.parse(text)["nothing"]?.double == 3)
  }
}
