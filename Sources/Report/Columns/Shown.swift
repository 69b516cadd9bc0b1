import Verify

/// How tables for people show a column.
struct Shown: Sendable {
  enum Format: Sendable {
    case ratio
    case scientific
    case count
    case fixed(digits: Int)
    case plain

    /// Text that is shortened where the table is too wide; empty is no value.
    case name

    /// A verdict in its colour.
    case verdict

    /// What two times were called, in its colour.
    case call

    /// Milliseconds, of which three digits count.
    case milliseconds

    /// A share, as percent.
    case percent

    /// How many times something, such as `1.44×`.
    case factor

    /// `yes`, or `NO` in a style.
    case sameness(Style)
  }

  let title: String
  let format: Format

  /// Whether it is left out where a table has no room for it.
  let isOptional: Bool

  /// Whether tables explain the title below, by ``Column/meaning``.
  let isExplained: Bool

  init(
    _ title: String, _ format: Format, isOptional: Bool = false, isExplained: Bool = false
  ) {
    self.title = title
    self.format = format
    self.isOptional = isOptional
    self.isExplained = isExplained
  }

  /// The table's column.
  ///
  /// - Parameter meaning: ``Column/meaning``.
  /// - Returns: The column.
  func column(meaning: String) -> Table.Column {
    var column = Table.Column(
      title, isOptional: isOptional, legend: isExplained ? meaning : nil)
    switch format {
    case .sameness, .verdict, .call: column.alignment = .left
    case .name:
      column.alignment = .left
      column.isFlexible = true
    default: break
    }
    return column
  }

  func span(_ cell: Cell) -> Span {
    switch (cell, format) {
    case (.null, .verdict): Span(nil as Verdict?)
    case (.null, _), (.text(""), .name): "–"
    case (.flag(let value), .sameness(let style)):
      Span(value ? "yes" : "NO", value ? .plain : style)
    case (.text(let value), .call):
      Span(value, value == "SLOWER" ? .bad : value == "UNCLEAR" ? .doubtful : .plain)
    case (.text(let value), .verdict): Span(value, Style(Verdict(rawValue: value)))
    case (.number(let value), .ratio): Span(NumberText.ratio(value))
    case (.number(let value), .scientific): Span(NumberText.scientific(value))
    case (.number(let value), .count): Span(NumberText.count(value))
    case (.number(let value), .fixed(let digits)): Span(NumberText.fixed(value, digits))
    case (.number(let value), .milliseconds): Span(NumberText.milliseconds(value))
    case (.number(let value), .percent): Span(NumberText.percent(value))
    case (.number(let value), .factor): Span(NumberText.fixed(value, 2) + "×")
    default: Span("\(cell)")
    }
  }
}

/// A column of rows that tables show.
struct ShownColumn<Row>: Sendable {
  /// The column's ``Column/name``.
  let name: String
  let column: Table.Column
  let span: @Sendable (Row) -> Span
}

extension Array {
  /// Those columns that tables show, in their order.
  func shown<Row>() -> [ShownColumn<Row>] where Element == Column<Row> {
    compactMap { column in
      guard let shown = column.shown else { return nil }
      return ShownColumn(name: column.name, column: shown.column(meaning: column.meaning)) {
        shown.span(column.cell($0))
      }
    }
  }
}

extension ColumnRow {
  /// A table of rows.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - total: What stands below a rule, if anything does.
  ///   - omitted: The names of columns that are left out, as are those that no row has a value in.
  /// - Returns: The table.
  static func table(_ rows: [Self], total: Self? = nil, without omitted: Set<String> = []) -> Table
  {
    assert(omitted.isSubset(of: columns.map(\.name)), "a column that does not exist")
    let all = rows + (total.map { [$0] } ?? [])
    let shown = columns.filter { column in
      !omitted.contains(column.name) && all.contains { column.cell($0) != .null }
    }.shown()
    var table = Table(shown.map(\.column))
    for row in rows { table.add(shown.map { $0.span(row) }) }
    guard let total else { return table }
    var cells = shown.map { $0.span(total) }
    if !cells.isEmpty { cells[0].style = .strong }
    table.addRule()
    table.add(cells)
    return table
  }
}
