import Report

extension String {
  /// The text as one word of a shell.
  ///
  /// A shell reads bytes, so this works on scalars: a Swift character may be a quote with a mark on it.
  /// Characters that reports do not print unchanged, above all control characters, are written as in
  /// `$'…'`, which bash, zsh and ksh read.
  var shellQuoted: String {
    let harmless = "_-./:@+,=%".unicodeScalars
    let isHarmless = !isEmpty && unicodeScalars.allSatisfy { $0.isPlain || harmless.contains($0) }
    guard !isHarmless else { return self }
    let hasControls = unicodeScalars.contains { $0.isUnshowable }
    var word = hasControls ? "$'" : "'"
    for scalar in unicodeScalars {
      switch scalar {
      case "'" where !hasControls: word += "'\\''"
      case "'": word += "\\'"
      case "\\" where hasControls: word += "\\\\"
      case _ where scalar.isUnshowable:
        for byte in String(scalar).utf8 {
          word += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
      default: word.unicodeScalars.append(scalar)
      }
    }
    return word + "'"
  }

  /// The path as an argument that is not taken for an option.
  var asArgument: String { (hasPrefix("-") ? "./\(self)" : self).shellQuoted }

  /// A regular expression that matches the text literally.
  ///
  /// Beyond ASCII, scalars are written by their numbers: a mark would belong to the backslash's character.
  var regexEscaped: String {
    var pattern = ""
    for scalar in unicodeScalars {
      if scalar.isUnshowable || !scalar.isASCII {
        pattern += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        if "\\^$.|?*+()[]{}".unicodeScalars.contains(scalar) { pattern += "\\" }
        pattern.unicodeScalars.append(scalar)
      }
    }
    return pattern
  }
}

extension Unicode.Scalar {
  fileprivate var isPlain: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: false
    }
  }
}
