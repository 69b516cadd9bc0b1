import Foundation
import Testing

@testable import Figures

@Suite struct LabelTests {
  @Test(arguments: [
    ("n02123159 tiger cat", "tiger cat"), ("tiger cat", "tiger cat"),
    ("n0212315 cat", "n0212315 cat"),
    ("n02123159", "n02123159"), ("n02123159x cat", "n02123159x cat"), ("n01440764 丁鯛", "丁鯛"),
    ("  two\n\tlines\u{2028}here ", "two lines here"), ("bell\u{7}\u{0}\u{1B}[1m", "bell[1m"),
    ("a\u{202E}b\u{2066}c\u{200F}d\u{FEFF}\u{AD}", "abcd"), ("", "unnamed"),
    ("\u{200B}\u{7F}", "unnamed"),
    ("<b>&amp;</b>", "<b>&amp;</b>"), ("\u{928}\u{200D}", "\u{928}\u{200D}"),
    ("x\u{FFFE}\u{10FFFF}", "x"),
  ])
  func labels(_ text: String, _ expected: String) {
    #expect(PlainText.label(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test func longLabelsAreCut() {
    let cut = PlainText.cleaned(String(repeating: "e\u{301}", count: 100_000))
    #expect(cut.unicodeScalars.count == PlainText.longest + 1)
    #expect(cut.hasSuffix("…"))
    let whole = String(repeating: "x", count: PlainText.longest)
    #expect(PlainText.cleaned(whole) == whole)
  }

  /// As C's printf: exact ties go to the even digit, and 0.0005 is a little more than it seems.
  @Test(arguments: [
    (0.27449, "0.274"), (0.0005, "0.001"), (0.0625, "0.062"), (0.1875, "0.188"), (1, "1.000"),
    (0, "0.000"), (.nan, "nan"), (1e300, "1" + String(repeating: "0", count: 300)),
  ])
  func probabilities(_ value: Double, _ expected: String) {
    let text = PlainText.probability(value)
    if value < 1e100 || value.isNaN {
      #expect(text == "prob = " + expected)
    } else {
      #expect(text.utf8.count == "prob = ".utf8.count + 301 + 4)
    }
  }

  @Test(arguments: [(-1.23456, "-1.23"), (0, "0"), (1234567, "1.23e+06"), (0.00012345, "0.000123")])
  func shortNumbers(_ value: Double, _ expected: String) {
    #expect(PlainText.short(value) == expected)
  }
}

/// Characters that no font has are reported, never drawn as boxes.
@Suite struct FontTests {
  /// A font of Latin letters and no Chinese ones; `scripts/setup` installs it.
  static let latinFont = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

  @Test func withoutFonts() {
    #expect(throws: FigureError.noFonts) { try Typesetter(fontFiles: []) }
    #expect(throws: FigureError.noFonts) { try Typesetter(fontFiles: ["/nowhere.ttf"]) }
    // A file that is no font.
    #expect(throws: FigureError.noFonts) { try Typesetter(fontFiles: [#filePath]) }
  }

  @Test func aFontWithoutTheCharacters() throws {
    let typesetter = try Typesetter(fontFiles: [Self.latinFont])
    let style = Typesetter.Style(size: 13)
    _ = try typesetter.set("tiger cat … é", style)
    #expect(
      throws: FigureError.missingGlyphs(text: "虎斑貓 cat 貓", characters: "虎斑貓", count: 4)
    ) {
      try typesetter.set("虎斑貓 cat 貓", style)
    }
    // Also where an ellipsis would hide them.
    #expect(throws: FigureError.self) {
      try typesetter.set(String(repeating: "cat ", count: 90) + "貓", style, width: 100)
    }
    var figure = sampleFigure(.seed)
    figure.photos[0].classes[0].label = "n02123045 虎斑貓"
    #expect(throws: FigureError.self) { try figure.scene(typesetter) }
    for style in Figure.Style.allCases where style != .seed {
      figure = sampleFigure(style)
      figure.photos[0].name = "虎.jpg"
      #expect(throws: FigureError.self) { try figure.scene(typesetter) }
    }
  }

  @Test(arguments: [
    ("貓", "fonts-noto-cjk"), ("ねこ", "fonts-noto-cjk"), ("고양이", "fonts-noto-cjk"),
    ("🐈", "fonts-noto-color-emoji"), ("ꦏ", "fonts-noto-core"),
  ])
  func advice(_ characters: String, _ package: String) {
    let error = FigureError.missingGlyphs(text: "x", characters: characters, count: 1)
    #expect(error.description.hasSuffix("such as the package \(package)"))
    #expect(error.description.contains("'\(characters)'"))
  }

  /// What this machine can draw is drawn, and what it cannot is refused.
  @Test func chineseOnThisMachine() throws {
    var figure = sampleFigure(.seed)
    figure.photos[0].classes[0].label = "n02123045 虎斑貓"
    let missing = try Typesetter().uncovered("虎斑貓")
    guard missing.isEmpty else {
      let error = #expect(throws: FigureError.self) { try figure.rendered() }
      guard case .missingGlyphs(_, missing, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      return
    }
    let chinese = try figure.rendered()
    figure.photos[0].classes[0].label = "虎虎虎"
    #expect(try figure.rendered() != chinese)
  }
}
