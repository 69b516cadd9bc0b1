/// The content of a report: headings, lines and tables.
package struct Document: Hashable, Sendable {
  package enum Block: Hashable, Sendable {
    case heading(String)

    /// Lines that stay as they are, each a row of spans.
    case lines([[Span]])
    case table(Table)
  }

  /// The width that reports are made for if nothing is known of the terminal, in columns.
  package static let standardWidth = 80

  package private(set) var blocks: [Block] = []

  package init() {}

  /// Adds a block; one without content is left out.
  package mutating func add(_ block: Block) {
    switch block {
    case .lines(let lines) where lines.isEmpty: break
    case .table(let table) where table.rows.isEmpty: break
    default: blocks.append(block)
    }
  }

  /// The document as aligned text, ending in a line feed.
  ///
  /// - Parameters:
  ///   - width: What tables have to fit in, in columns. Lines are not broken: each can be found with
  ///     `grep` as a whole.
  ///   - color: Whether styles become the terminal's codes.
  /// - Returns: The text.
  package func text(width: Int = Document.standardWidth, color: Bool = false) -> String {
    func draw(_ spans: [Span]) -> String {
      spans.map { color && !$0.text.isBlank ? $0.style.wrap($0.text) : $0.text }.joined()
    }
    return join(tables: { $0.fitting(width) }) { block in
      switch block {
      case .heading(let title): [draw([Span(title, .strong)])]
      case .lines(let lines): lines.map(draw)
      case .table(let table): table.lines(width: width, color: color)
      }
    }
  }

  /// The document in GitHub's Markdown, ending in a line feed.
  package func markdown() -> String {
    join { block in
      switch block {
      case .heading(let title): ["## " + Span(title).text.markdownEscaped]
      case .lines(let lines): lines.map { "    " + $0.map(\.text).joined() }
      case .table(let table): table.markdownLines()
      }
    }
  }

  /// The lines of the blocks, an empty line between two blocks.
  ///
  /// A table is followed by the legends of its columns that the document has not given before.
  ///
  /// - Parameters:
  ///   - fit: What of a table is drawn.
  ///   - lines: Draws a block.
  /// - Returns: The text.
  private func join(
    tables fit: (Table) -> Table = { $0 }, _ lines: (Block) -> [String]
  ) -> String {
    var explained: Set<String> = []
    return blocks.flatMap { block in
      guard case .table(let table) = block else { return [block] }
      let legend = fit(table).legend.filter { explained.insert($0).inserted }
      return [block] + (legend.isEmpty ? [] : [.lines(legend.map { [Span($0, .faint)] })])
    }.map { lines($0).joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }
}
