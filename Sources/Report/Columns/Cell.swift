import FoundationEssentials
import Verify

/// What stands in one column of one row.
enum Cell: Hashable, Sendable {
  case text(String)
  case integer(Int)

  /// In JSON `null` if it is infinite or not a number, which JSON cannot hold.
  case number(Double)
  case flag(Bool)
  case list([Cell])

  /// There is no value.
  case null
}

extension Cell: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(JSONNumber(value))
    case .flag(let value): try container.encode(value)
    case .list(let cells): try container.encode(cells)
    case .null: try container.encodeNil()
    }
  }
}

extension Cell: CustomStringConvertible {
  /// All digits of a number, as in a sentence.
  var description: String {
    switch self {
    case .text(let value): value
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .flag(let value): "\(value)"
    case .list(let cells): "[" + cells.map(\.description).joined(separator: ", ") + "]"
    case .null: "unknown"
    }
  }

  /// The value before it is quoted: the shortest text that reads back as the same number, empty for a
  /// number that is not finite and where there is no value; the values of a list apart by spaces.
  var csv: String {
    switch self {
    case .number(let value) where !value.isFinite: ""
    case .list(let cells): cells.map(\.csv).joined(separator: " ")
    case .null: ""
    default: description
    }
  }
}

/// A type whose values a column may hold.
protocol CellValue: Decodable, Sendable {
  /// What the type is called in the list of columns.
  static var typeName: String { get }

  /// What `null` stands for in a file; nil if it stands for nothing.
  static var null: Self? { get }

  var cell: Cell { get }

  /// - Throws: `DecodingError` that names the place.
  static func read(
    _ container: KeyedDecodingContainer<ColumnKey>, _ key: ColumnKey
  ) throws -> Self
}

extension CellValue {
  static var null: Self? { nil }

  static func read(
    _ container: KeyedDecodingContainer<ColumnKey>, _ key: ColumnKey
  ) throws -> Self {
    try container.decode(Self.self, forKey: key)
  }
}

extension String: CellValue {
  static var typeName: String { "text" }
  var cell: Cell { .text(self) }
}

extension Int: CellValue {
  static var typeName: String { "whole number" }
  var cell: Cell { .integer(self) }
}

extension Bool: CellValue {
  static var typeName: String { "true or false" }
  var cell: Cell { .flag(self) }
}

extension Double: CellValue {
  static var typeName: String { "number" }

  /// It passes no comparison.
  static var null: Double? { .nan }
  var cell: Cell { .number(self) }
}

extension Array: CellValue where Element: CellValue {
  static var typeName: String { "list" }
  var cell: Cell { .list(map(\.cell)) }
}

extension Optional: CellValue where Wrapped: CellValue {
  static var typeName: String { Wrapped.typeName }
  static var null: Wrapped?? { .some(nil) }
  var cell: Cell { self?.cell ?? .null }

  static func read(
    _ container: KeyedDecodingContainer<ColumnKey>, _ key: ColumnKey
  ) throws -> Wrapped? {
    try Wrapped.read(container, key)
  }
}

/// A value that is one of a few words.
protocol CellWord: CellValue, CaseIterable, RawRepresentable<String> {}

extension CellWord {
  static var typeName: String { "text" }
  var cell: Cell { .text(rawValue) }

  static func read(
    _ container: KeyedDecodingContainer<ColumnKey>, _ key: ColumnKey
  ) throws -> Self {
    let word = try container.decode(String.self, forKey: key)
    guard let value = Self(rawValue: word) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: container,
        debugDescription: "\(word.escaped) is none of "
          + allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }
}

extension Verdict: CellWord {}
extension LayerResult.Feed: CellWord {}
