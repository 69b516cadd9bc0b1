import Foundation
import Testing

@testable import Explain

/// A folder that goes with the test.
final class Folder {
  let url = FileManager.default.temporaryDirectory
    .appending(path: "explain-\(UInt64.random(in: 0...UInt64.max))")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8] = [0]) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }
}

@Suite("Names of pictures") struct PictureNamesTests {
  @Test("of a folder are those of its pictures, at any depth, sorted") func folder() throws {
    let folder = try Folder()
    for name in ["b.png", "a/z.JPEG", "a.jpg", ".hidden.png", "notes.txt", "a/.git/x.png", "c"] {
      try folder.write(name)
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("loop"), withDestinationPath: folder.path(""))
    for spelling in [folder.path(""), folder.path("") + "/"] {
      let names = try PictureNames([spelling])
      #expect(names.count == 3 && names.isPlural)
      #expect(names.map(\.relativePath) == ["a.jpg", "a/z.JPEG", "b.png"])
      #expect(names.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
    }
  }

  @Test("of a pattern are what it matches, unless a file has that very name") func pattern() throws
  {
    let folder = try Folder()
    for name in ["1.png", "2.png", "10.jpg", "[1].png"] { try folder.write(name) }
    func names(_ pattern: String) throws -> [String] {
      try PictureNames([folder.path(pattern)]).map(\.relativePath)
    }
    #expect(try names("?.png") == ["1.png", "2.png"])
    #expect(try names("*") == ["1.png", "10.jpg", "2.png", "[1].png"])
    #expect(try names("[1].png") == ["[1].png"])
  }

  @Test("that stand for nothing are refused") func nothing() throws {
    let folder = try Folder()
    try folder.write("notes.txt")
    for argument in [folder.path(""), folder.path("*.png")] {
      let error = #expect(throws: PictureListError.self) { try PictureNames([argument]) }
      #expect(error?.description.hasPrefix(argument) == true)
    }
    #expect(throws: PictureListError.self) { try PictureNames(["-", "-"]) }
    // A single file that is missing is reported in its turn.
    #expect(try PictureNames([folder.path("no.png")]).count == 1)
  }

  @Test(
    "come from standard input, a line or a zero byte each",
    arguments: [
      ("a.png\nb c.jpg\n", ["a.png", "b c.jpg"]), ("a.png\r\n\n\nb.png", ["a.png", "b.png"]),
      ("a\nb.png\0c.png\0", ["a\nb.png", "c.png"]), ("", []), ("\n", []),
      ("\u{FEFF}a.png\r\nb.png\r\n", ["a.png", "b.png"]), ("\u{FEFF}a.png\0", ["\u{FEFF}a.png"]),
    ])
  func standardInput(text: String, expected: [String]) throws {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    let bytes = Array(text.utf8)
    #expect(unsafe write(ends[1], bytes, bytes.count) == bytes.count)
    close(ends[1])
    defer { close(ends[0]) }
    let names = try PictureNames(["first.png", "-"], standardInput: ends[0])
    #expect(names.count == nil && names.isPlural)
    #expect(names.map(\.path) == ["first.png"] + expected)
  }
}
