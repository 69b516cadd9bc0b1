/// The words of a line in a list of problems.
enum ProblemWords {
  /// Cuts a line at white space, up to `#`.
  ///
  /// Text between quotes is not cut, so that a name may have spaces in it; and `+bias` belongs to the
  /// problem before it, even with space around the plus.
  static func split(_ line: Substring, atCommas: Bool = false) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    func finish() {
      guard !word.isEmpty else { return }
      if let last = words.last, word.hasPrefix("+") || last.hasSuffix("+") {
        words[words.count - 1] = last + word
      } else {
        words.append(word)
      }
      word = ""
    }
    for character in line {
      if character == "\"" { isQuoted.toggle() }
      if !isQuoted, character == "#" { break }
      if !isQuoted, character.isWhitespace || (atCommas && character == ",") {
        finish()
      } else {
        word.append(character)
      }
    }
    finish()
    return words
  }

  /// Cuts a word at every plus that is not within quotes.
  static func atPluses(_ word: String) -> [String] {
    var parts = [""]
    var isQuoted = false
    for character in word {
      if character == "\"" { isQuoted.toggle() }
      if !isQuoted, character == "+" {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }
}
