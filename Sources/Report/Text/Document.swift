/// A report on its way to paper: headings, lines and tables.
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
    join { block in
      switch block {
      case .heading(let title):
        let title = Span(title, .strong)
        return [color ? title.style.wrap(title.text) : title.text]
      case .lines(let lines):
        return lines.map { line in
          line.map { color && !$0.text.isBlank ? $0.style.wrap($0.text) : $0.text }.joined()
        }
      case .table(let table):
        return table.lines(width: width, color: color)
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
  private func join(_ lines: (Block) -> [String]) -> String {
    blocks.map { lines($0).joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }
}
