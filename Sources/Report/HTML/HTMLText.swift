/// A piece of HTML.
///
/// It is written as a string literal, and every text that is put into the literal is escaped: a name in a file of
/// results cannot become markup, wherever in the page it lands. Only other pieces are put in as they are.
struct HTML: Hashable, Sendable, ExpressibleByStringInterpolation {
  fileprivate(set) var text: String

  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  fileprivate init(text: String) { self.text = text }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    mutating func appendLiteral(_ literal: String) { text += literal }

    mutating func appendInterpolation(_ value: String) { text += value.htmlEscaped }

    mutating func appendInterpolation(_ value: Int) { text += String(value) }

    mutating func appendInterpolation(_ html: HTML) { text += html.text }
  }

  static func + (a: HTML, b: HTML) -> HTML { HTML(text: a.text + b.text) }

  static func += (a: inout HTML, b: HTML) { a.text += b.text }

  /// What stands in a `<style>` or a `<script>` of the page, whose text HTML does not unescape: it is of this module,
  /// or ``Encodable/scriptText()``.
  static func raw(_ text: String) -> HTML { HTML(text: text) }
}

extension Sequence where Element == HTML {
  /// One piece after the other.
  func joined(by separator: HTML = "") -> HTML {
    HTML(text: map(\.text).joined(separator: separator.text))
  }
}

extension String {
  /// The text as HTML shows it, in elements and in quoted attributes.
  ///
  /// What would turn the direction of writing or is a control character is shown by its number, as in tables.
  var htmlEscaped: String {
    var result = ""
    for scalar in escaped.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
