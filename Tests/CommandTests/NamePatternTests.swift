import Testing

@testable import densecam

@Suite("Patterns for names") struct NamePatternTests {
  @Test(
    "find an escaped name, and no other",
    arguments: [
      "stage1_unit2+conv1", "a.b", "e\u{301}", "$\u{301}(S", "\u{0}\u{301}", "line\nbreak\u{301}",
      "\r\n", "🇩🇪🇫🇷",
      "",
    ])
  func escaped(name: String) throws {
    let pattern = try Regex("^\(name.regexEscaped)$")
    #expect(name.contains(pattern))
    #expect(!(name + "x").contains(pattern))
    #expect(!("x" + name).contains(pattern))
  }
}
