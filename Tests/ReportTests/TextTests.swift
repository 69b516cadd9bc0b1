import Testing

@testable import Report

@Suite struct TextTests {
  /// Widths as `wcwidth` 0.7.0 (Python) tells them.
  @Test(arguments: [
    ("layer", 5), ("größe", 5), ("gro\u{0308}ße", 5), ("漢字", 4), ("ｶﾅ", 2), ("Ｗ", 2), ("한글", 4),
    ("🙂", 2), ("☀\u{FE0F}", 2), ("☀", 1), ("3×3 → 56", 8), ("…", 1), ("㉈", 1), ("", 0),
    ("e\u{0301}", 1),
    ("👩\u{200D}🔬", 2),
  ])
  func `columns on a terminal`(text: String, width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(arguments: [
    ("DBstage3_unit12_conv2", 21, "DBstage3_unit12_conv2"),
    ("DBstage3_unit12_conv2", 11, "DBsta…conv2"), ("DBstage3_unit12_conv2", 10, "DBsta…onv2"),
    ("abc", 1, "…"), ("abc", 0, ""), ("漢字漢字", 7, "漢字…字"), ("漢字漢字", 6, "漢…字"),
    ("漢字漢字", 2, "…"),
  ])
  func `long names lose their middle`(text: String, width: Int, expected: String) {
    #expect(text.shortened(to: width) == expected)
    #expect(text.shortened(to: width).displayWidth <= width)
  }

  @Test func `names cannot steer the terminal`() {
    #expect("a\u{1B}[31mb\nc\td\u{202E}e\u{7F}".escaped == #"a\x1b[31mb\nc\td\u{202e}e\x7f"#)
    #expect("größe 漢字 🙂 👩\u{200D}🔬 \\d".escaped == "größe 漢字 🙂 👩\u{200D}🔬 \\d")
    #expect("\u{9B}2J\u{85}\u{2028}\u{2029}\r".escaped == #"\u{9b}2J\u{85}\u{2028}\u{2029}\r"#)
  }

  /// The control characters and the separators of UnicodeData.txt, and the property Bidi_Control of
  /// PropList.txt, Unicode 15.
  @Test func `all that steers a terminal is escaped, once`() {
    let harmful: [ClosedRange<UInt32>] = [
      0...0x1F, 0x7F...0x9F, 0x61C...0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
    ]
    for value in (0...0x3000 as ClosedRange<UInt32>) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = String(String.UnicodeScalarView([scalar]))
      let isHarmful = harmful.contains { $0.contains(value) }
      #expect((text.escaped != text) == isHarmful, "\(value)")
      #expect(text.escaped.escaped == text.escaped)
    }
    // A quotation mark with a mark on it is one character, and none of it is lost.
    #expect("\"\u{301}\u{7}\u{301}".escaped == "\"\u{301}\\x07\u{301}")
  }

  @Test(arguments: [
    ([0x61, 0xFF, 0x62], #"a\xffb"#), ([0xC3, 0xA4], "ä"), ([0xC3], #"\xc3"#),
    ([0xC3, 0x28], #"\xc3("#), ([0xED, 0xA0, 0x80, 0x21], #"\xed\xa0\x80!"#),
    ([0xF0, 0x9F, 0x99], #"\xf0\x9f\x99"#), ([0xC0, 0x80], #"\xc0\x80"#), ([0x9B], #"\x9b"#),
    ([0x1B, 0x5B, 0xC2, 0x9B], #"\x1b[\u{9b}"#), ([], ""),
  ])
  func `bytes that are not UTF-8 are told from characters`(bytes: [UInt8], text: String) {
    #expect(String(showing: bytes) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.0812, "0.08"), (1, "1.00"), (9.994, "9.99"), (9.996, "10.0"), (999.94, "999.9"),
    (12345, "1.2e+04"), (1e-7, "1.0e-07"), (.infinity, "inf"), (.nan, "nan"),
  ])
  func `ratios`(value: Double, text: String) { #expect(NumberText.ratio(value) == text) }

  @Test(arguments: [
    (0.000345, "0.0003"), (0.07126, "0.0713"), (1.2342, "1.234"), (20.104, "20.10"),
    (1500.4, "1500"),
  ])
  func `milliseconds`(value: Double, text: String) {
    #expect(NumberText.milliseconds(value) == text)
  }

  @Test(arguments: [(0.0, "0"), (1.25, "1.2"), (230.4, "230"), (4.5e6, "4.5e+06")])
  func `counts`(value: Double, text: String) { #expect(NumberText.count(value) == text) }

  @Test func `the largest number has room`() {
    #expect(NumberText.fixed(-.greatestFiniteMagnitude, 17).count == 1 + 309 + 1 + 17)
  }
}
