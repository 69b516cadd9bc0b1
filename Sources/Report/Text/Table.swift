/// Rows and columns, to be printed as aligned text or as Markdown.
package struct Table: Hashable, Sendable {
  package enum Alignment: Hashable, Sendable {
    case left
    case right
  }

  package struct Column: Hashable, Sendable {
    package var title: String
    package var alignment: Alignment

    /// Whether long texts may be shortened when the table is too wide.
    package var isFlexible: Bool

    /// Whether text leaves the column out before it shortens anything; Markdown has all columns.
    package var isOptional: Bool

    /// What the title means, where it does not say it itself.
    package var legend: String?

    package init(
      _ title: String, _ alignment: Alignment = .right, isFlexible: Bool = false,
      isOptional: Bool = false, legend: String? = nil
    ) {
      self.title = title.escaped
      self.alignment = alignment
      self.isFlexible = isFlexible
      self.isOptional = isOptional
      self.legend = legend?.escaped
    }
  }

  package enum Row: Hashable, Sendable {
    case cells([Span])

    /// A line that sets what follows apart, such as a total. Markdown has none.
    case rule
  }

  package let columns: [Column]
  package private(set) var rows: [Row] = []

  package init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; missing cells stay empty, and what is too much is dropped.
  package mutating func add(_ cells: [Span]) {
    let missing = max(0, columns.count - cells.count)
    rows.append(
      .cells(Array(cells.prefix(columns.count)) + [Span](repeating: "", count: missing)))
  }

  package mutating func addRule() { rows.append(.rule) }

  /// Columns keep so much when they are shortened.
  static let leastWidth = 8

  /// What stands between two columns.
  static let gap = 2

  /// The table without those optional columns that have no room beside the others in `width` columns; the
  /// last one goes first.
  func fitting(_ width: Int) -> Table {
    let widths = naturalWidths
    var kept = Array(columns.indices)
    while Self.width(of: kept.map { widths[$0] }) > width,
      let last = kept.lastIndex(where: { columns[$0].isOptional })
    {
      kept.remove(at: last)
    }
    guard kept.count < columns.count else { return self }
    var table = Table(kept.map { columns[$0] })
    for row in rows {
      switch row {
      case .cells(let cells): table.add(kept.map { cells[$0] })
      case .rule: table.addRule()
      }
    }
    return table
  }

  /// The legends of the columns, each after the column's title.
  var legend: [String] {
    columns.compactMap { column in column.legend.map { "\(column.title): \($0)" } }
  }

  /// The width that each column needs to show everything.
  private var naturalWidths: [Int] {
    var widths = columns.map(\.title.displayWidth)
    for case .cells(let cells) in rows {
      for (index, cell) in cells.enumerated() {
        widths[index] = max(widths[index], cell.text.displayWidth)
      }
    }
    return widths
  }

  /// The width of columns with the gaps between them.
  private static func width(of columns: [Int]) -> Int {
    columns.reduce(0, +) + gap * max(0, columns.count - 1)
  }

  /// The width of each column if the table may be `width` columns wide.
  ///
  /// Only flexible columns are shortened, the widest first. If that is not enough the table is wider.
  private func widths(fitting width: Int) -> [Int] {
    var widths = naturalWidths
    var excess = Self.width(of: widths) - width
    while excess > 0 {
      let flexible = widths.indices.filter {
        columns[$0].isFlexible && widths[$0] > Self.leastWidth
      }
      guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  /// The lines of the aligned text, without legends.
  func lines(width: Int, color: Bool) -> [String] {
    let fitting = fitting(width)
    guard fitting.columns.count == columns.count else {
      return fitting.lines(width: width, color: color)
    }
    let widths = widths(fitting: width)
    func line(_ cells: [Span]) -> String {
      let gap = String(repeating: " ", count: Self.gap)
      var parts = zip(cells, zip(columns, widths)).map { cell, place in
        let text = cell.text.shortened(to: place.1).padded(to: place.1, place.0.alignment)
        return (text, cell.style)
      }
      // Nothing follows the last cell, so nothing has to be filled up.
      while let last = parts.popLast() {
        let text = last.0.droppingTrailingSpaces
        guard text.isEmpty else {
          parts.append((text, last.1))
          break
        }
      }
      return parts.map { color && !$0.0.isBlank ? $0.1.wrap($0.0) : $0.0 }.joined(separator: gap)
    }
    let full = Self.width(of: widths)
    let rule = Span(String(repeating: "─", count: full), .faint)
    let drawn = color ? rule.style.wrap(rule.text) : rule.text
    var result = [line(columns.map { Span($0.title, .strong) }), drawn]
    for row in rows {
      switch row {
      case .cells(let cells): result.append(line(cells))
      case .rule: result.append(drawn)
      }
    }
    return result
  }

  /// The lines of a table in GitHub's Markdown.
  func markdownLines() -> [String] {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var result = [
      line(columns.map(\.title.markdownEscaped)),
      line(columns.map { $0.alignment == .left ? ":---" : "---:" }),
    ]
    for case .cells(let cells) in rows { result.append(line(cells.map(\.text.markdownEscaped))) }
    return result
  }
}

extension String {
  /// With a backslash before what Markdown would read as its own.
  var markdownEscaped: String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if "\\|<&*`[".unicodeScalars.contains(scalar) { result.append("\\") }
      result.append(scalar)
    }
    return String(result)
  }

  var isBlank: Bool { allSatisfy { $0 == " " } }

  var droppingTrailingSpaces: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
