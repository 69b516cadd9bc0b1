import Testing

@testable import Report

@Suite struct TableTests {
  private static var table: Table {
    var table = Table([
      Table.Column("layer", .left, isFlexible: true), Table.Column("verdict", .left),
      Table.Column("ms"),
    ])
    table.add(["conv0", Span(.pass), "12.50"])
    table.add(["漢字_conv2", Span(.fail), "1.25"])
    table.addRule()
    table.add(["network", Span(nil)])
    return table
  }

  private static func text(_ table: Table, width: Int = 80, color: Bool = false) -> String {
    table.lines(width: width, color: color).joined(separator: "\n")
  }

  @Test func `columns are aligned by what a terminal shows`() {
    #expect(
      Self.text(Self.table) == """
        layer       verdict     ms
        ──────────────────────────
        conv0       PASS     12.50
        漢字_conv2  FAIL      1.25
        ──────────────────────────
        network     –
        """)
  }

  @Test func `colour is added around the text and changes no width`() {
    let plain = Self.text(Self.table)
    let colored = Self.text(Self.table, color: true)
    #expect(colored.contains("\u{1B}[1;31mFAIL   \u{1B}[0m"))
    #expect(!plain.contains("\u{1B}"))
    var stripped = colored
    for code in ["[0m", "[1m", "[2m", "[32m", "[33m", "[1;31m"] {
      stripped = stripped.split(separator: "\u{1B}" + code, omittingEmptySubsequences: false)
        .joined()
    }
    #expect(stripped == plain)
  }

  @Test(arguments: [40, 60, 80, 120]) func `fits the width it is given`(width: Int) {
    var table = Table([
      Table.Column("layer", .left, isFlexible: true), Table.Column("case", .left, isFlexible: true),
      Table.Column("number"),
    ])
    table.add([
      Span(String(repeating: "stage", count: 20)), Span(String(repeating: "案", count: 30)), "1.5",
    ])
    table.add(["short", "short", "2.5"])
    let widths = table.lines(width: width, color: false).map(\.displayWidth)
    #expect(widths.allSatisfy { $0 <= width })
    #expect(widths[1] == width)
    #expect(table.lines(width: width, color: false).allSatisfy { !$0.hasSuffix(" ") })
  }

  @Test func `what cannot be shortened stays whole`() {
    var table = Table([Table.Column("layer", .left, isFlexible: true), Table.Column("number")])
    table.add(["a long name", "123456789012345"])
    #expect(table.lines(width: 10, color: false)[2] == "a lo…ame  123456789012345")
  }

  @Test func `columns that are optional go before a name is shortened`() {
    var table = Table([
      Table.Column("layer", .left, isFlexible: true), Table.Column("a", isOptional: true),
      Table.Column("b"), Table.Column("c", isOptional: true, legend: "the third"),
    ])
    table.add(["a long name", "1", "2", "3"])
    let titles = { (width: Int) in table.fitting(width).columns.map(\.title) }
    #expect(titles(20) == ["layer", "a", "b", "c"] && titles(19) == ["layer", "a", "b"])
    #expect(titles(16) == ["layer", "b"] && titles(5) == ["layer", "b"])
    #expect(Self.text(table, width: 17).hasSuffix("\na long name  1  2"))
    #expect(table.markdownLines().last == "| a long name | 1 | 2 | 3 |")

    var document = Document()
    document.add(.table(table))
    document.add(.table(table))
    #expect(document.text().ranges(of: "\n\nc: the third\n").count == 1)
    #expect(document.markdown().ranges(of: "\n\n    c: the third\n").count == 1)
    #expect(!document.text(width: 19).contains("third"))
  }

  @Test func `Markdown from the same table`() {
    var table = Self.table
    table.add(["a|b*c", "x", "0"])
    #expect(
      table.markdownLines() == [
        "| layer | verdict | ms |", "| :--- | :--- | ---: |", "| conv0 | PASS | 12.50 |",
        "| 漢字_conv2 | FAIL | 1.25 |", "| network | – |  |", "| a\\|b\\*c | x | 0 |",
      ])
  }

  @Test func `a document joins its blocks`() {
    var document = Document()
    document.add(.heading("Layers"))
    document.add(.lines([["a ", Span("b", .bad)], ["c"]]))
    document.add(.lines([]))
    document.add(.table(Table([Table.Column("empty")])))
    #expect(document.text() == "Layers\n\na b\nc\n")
    #expect(
      document.text(color: true) == "\u{1B}[1mLayers\u{1B}[0m\n\na \u{1B}[1;31mb\u{1B}[0m\nc\n")
    #expect(document.markdown() == "## Layers\n\n    a b\n    c\n")
  }
}
