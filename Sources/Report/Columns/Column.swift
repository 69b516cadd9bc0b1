/// Which of two values of a column is the better one; true is higher than false.
package enum Better: String, Sendable {
  case lower
  case higher
}

/// One column of rows of a kind.
///
/// The tables of columns are the only lists of what a row holds: JSON, JSON Lines, CSV, JUnit, the tables
/// for people and the way back from a saved file go through them, each in its own way.
struct Column<Row>: Sendable {
  /// The name in JSON and CSV, in snake case.
  let name: String
  let key: ColumnKey

  /// What it says, to people who know the field.
  let meaning: String

  /// What kind of value it holds.
  let type: String

  /// Nil for ratios, for texts, and where the network's values have none.
  let unit: String?

  /// Nil where neither is better.
  let better: Better?

  /// Whether JSON has no such key where there is no value; otherwise it is `null`.
  let omitsNull: Bool

  /// The columns of CSV that it fills, which the kinds of rows share.
  let csvNames: [String]

  /// What it is called in sentences, such as a message of JUnit; nil if they do not mention it.
  let words: String?

  /// How tables show it; nil if they do not, or lay it out themselves.
  let shown: Shown?

  let cell: @Sendable (Row) -> Cell

  /// Reads the value back; where it follows from others, what a file says of it must be of the type and
  /// changes nothing.
  let read: @Sendable (inout Row, KeyedDecodingContainer<ColumnKey>) throws -> Void

  /// A column that is read back from a file.
  ///
  /// There `null` stands for what it does for all values of the type unless it is given, and a file without
  /// the column is refused unless `missing` says what older builds, which did not write it, leave unsaid.
  static func kept<Value: CellValue>(
    _ name: String, _ path: any WritableKeyPath<Row, Value> & Sendable, _ meaning: String,
    unit: String? = nil, better: Better? = nil, null: Value? = nil, missing: Value? = nil,
    omitsNull: Bool = false, csv: [String]? = nil, words: String? = nil, shown: Shown? = nil
  ) -> Column {
    let key = ColumnKey(column: name)
    return Column(
      name: name, key: key, meaning: meaning, type: Value.typeName, unit: unit, better: better,
      omitsNull: omitsNull, csvNames: csv ?? [name], words: words, shown: shown,
      cell: { $0[keyPath: path].cell },
      read: { row, container in
        if let missing = missing ?? (omitsNull ? Value.null : nil), !container.contains(key) {
          row[keyPath: path] = missing
        } else {
          row[keyPath: path] = try value(in: container, key, null: null)
        }
      })
  }

  /// A column that follows from others.
  static func told<Value: CellValue>(
    _ name: String, _ value: @escaping @Sendable (Row) -> Value, _ meaning: String,
    unit: String? = nil, better: Better? = nil, csv: [String]? = nil, words: String? = nil,
    shown: Shown? = nil
  ) -> Column {
    let key = ColumnKey(column: name)
    return Column(
      name: name, key: key, meaning: meaning, type: Value.typeName, unit: unit, better: better,
      omitsNull: false, csvNames: csv ?? [name], words: words, shown: shown,
      cell: { value($0).cell },
      read: { _, container in
        guard container.contains(key) else { return }
        let _: Value = try Self.value(in: container, key)
      })
  }

  private static func value<Value: CellValue>(
    in container: KeyedDecodingContainer<ColumnKey>, _ key: ColumnKey, null: Value? = nil
  ) throws -> Value {
    guard let null = null ?? Value.null, try container.decodeNil(forKey: key) else {
      return try Value.read(container, key)
    }
    return null
  }
}

/// Rows of which one table of columns says all that they hold.
protocol ColumnRow: Codable {
  static var columns: [Column<Self>] { get }

  /// A row of which nothing is known yet.
  init()
}

extension ColumnRow {
  init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: ColumnKey.self)
    for column in Self.columns { try column.read(&self, container) }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: ColumnKey.self)
    for column in Self.columns {
      let cell = column.cell(self)
      if cell == .null, column.omitsNull { continue }
      try container.encode(cell, forKey: column.key)
    }
  }

  /// What ``Column/words`` asks for, such as `error/bound 0.5, IoU 1.0`.
  var sentence: String {
    Self.columns.compactMap { column in
      let cell = column.cell(self)
      guard let words = column.words, !(cell == .null && column.omitsNull) else { return nil }
      return "\(words) \(cell)"
    }.joined(separator: ", ")
  }
}

/// The key of a column as the JSON coders, which turn snake case into Swift's case, want it.
struct ColumnKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  /// - Parameter name: The name in snake case.
  init(column name: String) {
    let words = name.split(separator: "_")
    stringValue = words.dropFirst().reduce(String(words.first ?? "")) { key, word in
      key + word.prefix(1).uppercased() + word.dropFirst()
    }
  }

  init?(stringValue: String) { self.stringValue = stringValue }

  init?(intValue: Int) { return nil }
}
