import FoundationEssentials

/// A table in the data of a page, which the script shows.
///
/// Rows are lists, as a thousand of them would otherwise name every column a thousand times.
struct HTMLData: Encodable, Sendable {
  struct Column: Encodable, Sendable {
    var name: String
    var meaning: String
  }

  struct Value: Encodable, Sendable {
    var cell: Cell

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch cell {
      case .text(let text): try container.encode(text.escaped)
      case .number(let number) where number.isFinite:
        // Seven digits are more than a page shows, and half of the bytes.
        let short = Float(number)
        if short.isNormal {
          try container.encode(short)
        } else {
          try container.encode(number)
        }
      case .number(let number):
        // JSON has no such number, and the script is not to take it for a missing one.
        try container.encode(number.isNaN ? "NaN" : number < 0 ? "-∞" : "∞")
      default: try container.encode(cell)
      }
    }
  }

  var columns: [Column] = []
  var rows: [[Value]] = []

  init<Row>(_ rows: [Row], _ columns: [(column: Column, cell: (Row) -> Cell)]) {
    self.columns = columns.map(\.column)
    self.rows = rows.map { row in columns.map { Value(cell: $0.cell(row)) } }
  }
}

extension Report.Column {
  /// The column in the data of a page.
  var inPage: (column: HTMLData.Column, cell: (Row) -> Cell) {
    (HTMLData.Column(name: name, meaning: meaning), cell)
  }
}

extension Encodable {
  /// The value as JSON that can stand in a `<script>`: nothing in it ends the element or begins a comment.
  func scriptText() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(self), as: UTF8.self).jsonEscaped
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if scalar == "<" { result += "\\u003c" } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }
}
