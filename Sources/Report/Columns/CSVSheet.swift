/// Rows of one kind as comma-separated values (RFC 4180).
struct CSVSheet {
  /// The names of the columns, and what each row has in them.
  private let names: [String]
  private let rows: [[String]]

  /// - Parameters:
  ///   - kind: What the column `kind` says of each row; nil if there is none.
  ///   - rows: The rows.
  init<Row: ColumnRow>(kind: String? = nil, _ rows: [Row]) {
    let kinds = kind.map { [$0] } ?? []
    names = (kind == nil ? [] : ["kind"]) + Row.columns.flatMap(\.csvNames)
    self.rows = rows.map { row in
      kinds
        + Row.columns.flatMap { column in
          column.csvNames.isEmpty
            ? [] : [String](repeating: column.cell(row).csv, count: column.csvNames.count)
        }
    }
  }

  /// The sheets below one header, which has the columns of all; a field that a row does not have is empty.
  static func text(_ sheets: [CSVSheet]) -> String {
    var names: [String] = []
    for name in sheets.flatMap(\.names) where !names.contains(name) { names.append(name) }
    var rows = [names]
    for sheet in sheets {
      let places = names.map { sheet.names.firstIndex(of: $0) }
      rows += sheet.rows.map { row in places.map { place in place.map { row[$0] } ?? "" } }
    }
    return rows.map { $0.map(\.csvField).joined(separator: ",") + "\r\n" }.joined()
  }
}

extension String {
  /// The text as a field: between quotes if it needs them.
  ///
  /// Readers know no marks that join with the character before, so this looks at scalars.
  var csvField: String {
    guard unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else {
      return self
    }
    var field = "\""
    for scalar in unicodeScalars {
      if scalar == "\"" { field.unicodeScalars.append(scalar) }
      field.unicodeScalars.append(scalar)
    }
    field.unicodeScalars.append("\"")
    return field
  }
}
