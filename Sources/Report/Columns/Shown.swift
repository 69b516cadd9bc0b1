/// How tables for people show a column.
struct Shown: Sendable {
  enum Format: Sendable {
    case ratio
    case scientific
    case count
    case fixed(digits: Int)
    case plain

    /// `yes`, or `NO` in a style.
    case sameness(Style)
  }

  let title: String
  let format: Format

  /// Whether it gives way where a row has much else to say.
  let needsRoom: Bool

  init(_ title: String, _ format: Format, needsRoom: Bool = false) {
    self.title = title
    self.format = format
    self.needsRoom = needsRoom
  }

  var column: Table.Column {
    if case .sameness = format { Table.Column(title, .left) } else { Table.Column(title) }
  }

  func span(_ cell: Cell) -> Span {
    switch (cell, format) {
    case (.null, _): "–"
    case (.flag(let value), .sameness(let style)):
      Span(value ? "yes" : "NO", value ? .plain : style)
    case (.number(let value), .ratio): Span(NumberText.ratio(value))
    case (.number(let value), .scientific): Span(NumberText.scientific(value))
    case (.number(let value), .count): Span(NumberText.count(value))
    case (.number(let value), .fixed(let digits)): Span(NumberText.fixed(value, digits))
    default: Span("\(cell)")
    }
  }
}

extension ColumnRow {
  /// The columns that tables show, in their order.
  ///
  /// - Parameter isRoomy: Whether those are there that need room.
  /// - Returns: Each with how it is shown.
  static func shown(isRoomy: Bool = true) -> [(column: Column<Self>, shown: Shown)] {
    columns.compactMap { column in
      column.shown.flatMap { isRoomy || !$0.needsRoom ? (column, $0) : nil }
    }
  }
}
