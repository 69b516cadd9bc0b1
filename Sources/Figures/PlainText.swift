import Glibc

/// Makes texts from outside fit to be drawn.
enum PlainText {
  /// The most scalars of a text that are drawn.
  static let longest = 400

  /// The text without characters that change how other text is drawn.
  ///
  /// White space of every kind becomes one space. Control characters, marks that reverse the order of
  /// what follows, and other format characters that have no picture are left out; the two that join
  /// letters or keep them apart stay. Text longer than ``longest`` ends in an ellipsis.
  static func cleaned(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    var pendingSpace = false
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        pendingSpace = count > 0
        continue
      }
      if isInvisible(scalar) { continue }
      if count >= longest {
        result.append("…")
        break
      }
      if pendingSpace {
        result.append(" ")
        count += 1
        pendingSpace = false
      }
      result.append(scalar)
      count += 1
    }
    return String(result)
  }

  /// Whether a scalar has no glyph and does not affect those of its neighbours.
  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .control, .surrogate: return true
    case .format:
      let joiners: ClosedRange<Unicode.Scalar> = "\u{200C}"..."\u{200D}"
      return properties.isDefaultIgnorableCodePoint && !joiners.contains(scalar)
        || properties.isBidiControl
    default: return properties.isNoncharacterCodePoint
    }
  }

  /// A class's name as it is drawn: cleaned, and without a synset identifier such as `n02123045`.
  static func label(_ text: String) -> String {
    let clean = cleaned(text)
    let bytes = clean.utf8
    let digits = bytes.dropFirst().prefix(8)
    guard bytes.first == UInt8(ascii: "n"), digits.count == 8,
      digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
      bytes.dropFirst(9).first == UInt8(ascii: " ")
    else { return clean.isEmpty ? "unnamed" : clean }
    return String(clean.dropFirst(10))
  }

  /// `prob = 0.274`, as C's `%.3f` rounds.
  static func probability(_ value: Double) -> String { "prob = " + formatted("%.3f", value) }

  /// A number in three digits, as C's `%.3g` writes it.
  static func short(_ value: Double) -> String { formatted("%.3g", value) }

  private static func formatted(_ format: String, _ value: Double) -> String {
    // The longest, %.3f of 1.8e308, has 313 characters.
    var buffer = [CChar](repeating: 0, count: 320)
    let count = unsafe withVaList([value]) { arguments in
      unsafe vsnprintf(&buffer, 320, format, arguments)
    }
    return String(
      decoding: buffer.prefix(max(0, Int(count))).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
