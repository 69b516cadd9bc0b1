import Files
package import Imaging

/// The reason a figure could not be drawn or written.
package enum FigureError: ReportedError, Hashable {
  /// There is no photo, or a photo has no class.
  case nothingToDraw

  /// An option has a value that is not allowed; the text says which and what is allowed.
  case invalidOption(String)

  /// The file name ends in none of the extensions of ``FigureFormat``.
  case unknownFormat(path: String)

  /// The figure has more pixels than ``ImageLimits``' default allows.
  case tooLarge(width: Int, height: Int)

  /// A picture of this size has no room for the legend's text.
  case tooSmall(width: Int, height: Int, text: String)

  /// The machine has no fonts.
  case noFonts

  /// No font of the machine has these characters of `text`; `count` glyphs would be boxes.
  case missingGlyphs(text: String, characters: String, count: Int)

  /// Cairo or Pango refused to draw, with its own message; usually out of memory.
  case drawing(String)

  /// The image could not be encoded, or the file not be written.
  case image(ImageError)

  /// The cause and a remedy, in one line.
  package var description: String {
    switch self {
    case .nothingToDraw:
      "there is nothing to draw: a figure has a photo, and a photo has a class"
    case .invalidOption(let sentence):
      sentence
    case .unknownFormat(let path):
      "\(PlainText.cleaned(path)): a figure is written as \(FigureFormat.listing); "
        + "end the file's name so"
    case .tooLarge(let width, let height):
      "the figure would have \(width)×\(height) pixels; "
        + "take fewer photos or classes, or a smaller scale (--zoom)"
    case .tooSmall(let width, let height, let text):
      "a picture of \(width)×\(height) pixels has no room for \(text); take a larger scale (--zoom)"
    case .noFonts:
      "there are no fonts to write labels with; install some, such as the package fonts-dejavu-core"
    case .missingGlyphs(let text, let characters, _):
      "no font here has the characters '\(characters)' of '\(text)'; "
        + "install one that has, such as the package \(FontAdvice.package(for: characters))"
    case .drawing(let cause):
      "the figure could not be drawn: \(cause)"
    case .image(let error):
      error.description
    }
  }
}

/// Which fonts to install.
enum FontAdvice {
  /// The Debian package whose fonts have characters such as these.
  static func package(for characters: String) -> String {
    let scalars = characters.unicodeScalars
    if scalars.contains(where: isEastAsian) { return "fonts-noto-cjk" }
    if scalars.contains(where: \.properties.isEmojiPresentation) {
      return "fonts-noto-color-emoji"
    }
    return "fonts-noto-core"
  }

  /// Whether it is Chinese, Japanese or Korean, or their punctuation.
  private static func isEastAsian(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x11FF, 0x2E80...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA960...0xA97F,
      0xAC00...0xD7FF, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFFEF, 0x20000...0x3FFFF:
      true
    default: false
    }
  }
}
