import Testing

@testable import Files

@Suite("Names as text") struct FileNameTests {
  /// Bytes and the text that stands for them.
  @Test(
    "are themselves, but for bytes that are no characters and what looks like their text",
    arguments: [
      (Array("a b.png".utf8), "a b.png"), (Array("café.png".utf8), "café.png"),
      ([0x63, 0xE9, 0x2E], "c\\xe9."), ([0xFF, 0xC3], "\\xff\\xc3"),
      ([0xED, 0xA0, 0x80], "\\xed\\xa0\\x80"),
      (Array("a\\b".utf8), "a\\b"), (Array("\\x41".utf8), "\\x41"),
      (Array("\\xe9".utf8), "\\x5cxe9"),
      (Array("\\x5c".utf8), "\\x5cx5c"), ([], ""),
    ] as [([UInt8], String)])
  func text(bytes: [UInt8], text: String) {
    #expect(FileName.text(bytes).hasSameBytes(as: text))
    #expect(FileName.bytes(text) == bytes)
    #expect(text.systemPath == bytes.map { CChar(bitPattern: $0) } + [0])
  }

  @Test("give back the bytes, whatever they are") func roundTrip() {
    // What makes trouble, in all orders.
    let pieces: [[UInt8]] = [
      [0x5C], Array("x".utf8), Array("e9".utf8), Array("5c".utf8), [0xE9], [0xC3, 0xA9], [0xC3],
      [0xF0, 0x9F, 0x98], [0x80], Array("xe9".utf8),
    ]
    var texts: Set<ExactName> = []
    var names: Set<[UInt8]> = []
    for first in pieces {
      for second in pieces {
        for third in pieces {
          for fourth in pieces {
            let bytes = first + second + third + fourth
            let text = FileName.text(bytes)
            #expect(FileName.bytes(text) == bytes, "\(bytes)")
            texts.insert(text)
            names.insert(bytes)
          }
        }
      }
    }
    #expect(texts.count == names.count)
  }

  @Test(
    "come apart at slashes and dots, whatever stands behind them",
    arguments: [
      ("a/b.jpg", "a/", "b.jpg", "a/b", "jpg"), ("b.PNG", "", "b.PNG", "b", "png"),
      ("a.b/c", "a.b/", "c", "a.b/c", nil), ("a/.b", "a/", ".b", "a/.b", "b"),
      // An accent that combines with the slash, and one that combines with the dot.
      ("a/\u{301}x.png", "a/", "\u{301}x.png", "a/\u{301}x", "png"),
      ("a.\u{301}", "", "a.\u{301}", "a", "\u{301}"), ("/", "/", "/", "/", nil),
    ] as [(String, String, String, String, String?)])
  func parts(path: String, folder: String, last: String, stem: String, ending: String?) {
    #expect(FileName.folder(of: path).hasSameBytes(as: folder))
    #expect(FileName.last(of: path).hasSameBytes(as: last))
    #expect(FileName.withoutExtension(path).hasSameBytes(as: stem))
    #expect(FileName.fileExtension(of: path).map { ExactName($0) } == ending.map { ExactName($0) })
  }

  @Test(
    "say nothing twice in their normal form",
    arguments: [
      ("./a//b.png", "a/b.png"), ("a/b.png", "a/b.png"), ("/a/./b", "/a/b"), ("a/../b", "a/../b"),
      ("", ""),
    ])
  func normal(path: String, expected: String) { #expect(FileName.normal(path) == expected) }

  @Test("that look alike are two keys") func exact() {
    let names = ["caf\u{E9}", "cafe\u{301}"]
    #expect(names[0] == names[1])
    #expect(Set(names: names).count == 2)
    var values: [ExactName: Int] = [:]
    for (index, name) in names.enumerated() { values[name] = index }
    #expect(names.map { values[$0] } == [0, 1])
    #expect(ExactName(names[0]) == ExactName(String(decoding: Array(names[0].utf8), as: UTF8.self)))
    #expect([ExactName("b"), "a", "ab"].sorted() == ["a", "ab", "b"])
  }
}
