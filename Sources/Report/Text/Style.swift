package import Verify

/// How a piece of text is to stand out, where colours are wanted.
package enum Style: Hashable, Sendable {
  case plain
  case strong
  case faint
  case good
  case doubtful
  case bad

  /// The style of a verdict.
  package init(_ verdict: Verdict?) {
    switch verdict {
    case .pass: self = .good
    case .marginal, .mistrusted: self = .doubtful
    case .fail, .outOfMemory, .timedOut, .crashed: self = .bad
    case .fellBack, .skipped, .unsupported, nil: self = .faint
    }
  }

  /// The text between the terminal's codes for the style (ECMA-48, Select Graphic Rendition).
  func wrap(_ text: String) -> String {
    switch self {
    case .plain: text
    case .strong: "\u{1B}[1m\(text)\u{1B}[0m"
    case .faint: "\u{1B}[2m\(text)\u{1B}[0m"
    case .good: "\u{1B}[32m\(text)\u{1B}[0m"
    case .doubtful: "\u{1B}[33m\(text)\u{1B}[0m"
    case .bad: "\u{1B}[1;31m\(text)\u{1B}[0m"
    }
  }
}

/// A piece of text with its style.
package struct Span: Hashable, Sendable, ExpressibleByStringLiteral {
  package var text: String
  package var style: Style

  /// What would steer the terminal or break the line is escaped.
  package init(_ text: String, _ style: Style = .plain) {
    self.text = text.escaped
    self.style = style
  }

  package init(stringLiteral value: String) { self.init(value) }

  /// A verdict in its colour; `–` for none.
  package init(_ verdict: Verdict?) {
    self.init(verdict?.rawValue ?? "–", Style(verdict))
  }
}
