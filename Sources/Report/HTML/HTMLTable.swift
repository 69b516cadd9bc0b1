import Verify

/// What a cell of a table in a page shows, and by what its column is sorted.
struct HTMLCell: Sendable {
  var text: String

  /// The value behind the text, which has fewer digits; nil if the text is all that there is.
  var value: Double?

  /// The verdict that the text is, if it is one.
  var verdict: HTMLVerdict?

  init(_ text: String, value: Double? = nil, verdict: HTMLVerdict? = nil) {
    self.text = text
    self.value = value
    self.verdict = verdict
  }

  init(_ verdict: Verdict?) {
    let shown = HTMLVerdict(verdict)
    self.init(shown.word, value: verdict.map { Double($0.rank) }, verdict: shown)
  }

  fileprivate var html: HTML {
    var order: HTML = ""
    if let value, !value.isNaN {
      order =
        " data-value=\"\(value.isFinite ? "\(value)" : value < 0 ? "-Infinity" : "Infinity")\""
    }
    let content: HTML = verdict?.html ?? "\(text)"
    return "\(order)>\(content)"
  }
}

/// A table that a page shows without a script; with one, its headers sort it.
struct HTMLTable: Sendable {
  struct Column: Sendable {
    var title: String
    var alignment = Table.Alignment.right

    /// What the column says, for the list below the table; nil if the title says it.
    var meaning: String?
  }

  var caption: String
  var columns: [Column]

  /// The first cell of a row says what the row is about.
  var rows: [[HTMLCell]] = []

  var html: HTML {
    guard !rows.isEmpty else { return "" }
    let heads = columns.map { column -> HTML in
      "<th scope=\"col\" class=\"\(Self.style(column))\">\(column.title)</th>"
    }
    let lines = rows.map { row -> HTML in
      let cells = zip(columns, row).enumerated().map { index, cell -> HTML in
        let start: HTML = index == 0 ? "th scope=\"row\"" : "td"
        let end: HTML = index == 0 ? "th" : "td"
        return "<\(start) class=\"\(Self.style(cell.0))\"\(cell.1.html)</\(end)>"
      }
      return "<tr>\(cells.joined())</tr>\n"
    }
    return """
      <div class="scroll" role="region" aria-label="\(caption)" tabindex="0">
      <table class="sortable">
      <caption>\(caption)</caption>
      <thead><tr>\(heads.joined())</tr></thead>
      <tbody>
      \(lines.joined())</tbody>
      </table>
      </div>
      \(legend)
      """
  }

  private var legend: HTML {
    let entries = columns.compactMap { column in
      column.meaning.map { meaning -> HTML in "<dt>\(column.title)</dt><dd>\(meaning)</dd>" }
    }
    guard !entries.isEmpty else { return "" }
    return """
      <details class="legend"><summary>What the columns say</summary>
      <dl>\(entries.joined())</dl></details>

      """
  }

  private static func style(_ column: Column) -> String {
    column.alignment == .left ? "left" : "right"
  }
}

extension HTMLTable {
  /// A table of the columns that tables show.
  ///
  /// - Parameters:
  ///   - caption: What the table is of.
  ///   - rows: The rows; columns in which none has a value are left out.
  ///   - leading: Columns that stand before them.
  init<Row: ColumnRow>(
    _ caption: String, _ rows: [Row],
    leading: [(column: Column, cell: (Row) -> HTMLCell)] = []
  ) {
    let shown = Row.columns.compactMap { column -> (Shown, Report.Column<Row>)? in
      guard let shown = column.shown, rows.contains(where: { column.cell($0) != .null }) else {
        return nil
      }
      return (shown, column)
    }
    self.init(
      caption: caption,
      columns: leading.map(\.column)
        + shown.map { shown, column in
          let layout = shown.column(meaning: column.meaning)
          return Column(
            title: layout.title, alignment: layout.alignment, meaning: column.meaning)
        })
    self.rows = rows.map { row in
      leading.map { $0.cell(row) }
        + shown.map { shown, column in HTMLCell(column.cell(row), shown) }
    }
  }
}

extension HTMLCell {
  fileprivate init(_ cell: Cell, _ shown: Shown) {
    if case .verdict = shown.format {
      guard case .text(let word) = cell else {
        self.init(nil as Verdict?)
        return
      }
      self.init(Verdict(rawValue: word))
      return
    }
    let value: Double? =
      switch cell {
      case .number(let number): number
      case .integer(let number): Double(number)
      case .flag(let flag): flag ? 1 : 0
      default: nil
      }
    self.init(shown.span(cell).text, value: value)
  }
}
