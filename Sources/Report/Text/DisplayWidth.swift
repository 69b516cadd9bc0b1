extension Character {
  /// The columns that a terminal takes for the character: 0, 1 or 2.
  ///
  /// Two for what Unicode Standard Annex #11 calls wide or fullwidth and for emoji, none for marks
  /// that stand on the character before.
  var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    if unicodeScalars.contains("\u{FE0F}") { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    if first.properties.isEmojiPresentation { return 2 }
    return Self.wide.contains { $0.contains(first.value) } ? 2 : 1
  }

  /// The blocks of wide and fullwidth characters, emoji left out.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E,
    0x3041...0x3247, 0x3250...0x33FF, 0x3400...0x4DBF, 0x4DC0...0x4DFF, 0x4E00...0x9FFF,
    0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1D300...0x1D376,
    0x1F200...0x1F265, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]
}

extension StringProtocol {
  /// The columns that a terminal takes for the text, which is one line.
  var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }
}

extension String {
  /// At most so many columns wide: what does not fit is taken out of the middle, for the names of
  /// layers differ at their ends.
  func shortened(to width: Int) -> String {
    guard displayWidth > width else { return self }
    guard width > 0 else { return "" }
    var head = ""
    var tail = ""
    var left = self[...]
    var room = width - 1
    var takesHead = true
    while let next = takesHead ? left.first : left.last, next.displayWidth <= room {
      room -= next.displayWidth
      if takesHead {
        head.append(left.removeFirst())
      } else {
        tail.insert(left.removeLast(), at: tail.startIndex)
      }
      takesHead.toggle()
    }
    return head + "…" + tail
  }

  /// Filled up with spaces.
  func padded(to width: Int, _ alignment: Table.Alignment) -> String {
    let space = String(repeating: " ", count: max(0, width - displayWidth))
    return alignment == .left ? self + space : space + self
  }
}
