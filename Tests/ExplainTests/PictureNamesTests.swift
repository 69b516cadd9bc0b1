import Files
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

  @Test("are not looked for where drawings go") func omitted() throws {
    let folder = try Folder()
    for name in ["a.png", "maps/a.png", "maps/more/a.png", "b/maps/a.png"] {
      try folder.write(name)
    }
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: folder.path("maps"))
    let drawings = FileIdentity(link)
    let names = try PictureNames([folder.path("")], omitting: drawings)
    #expect(names.map(\.relativePath) == ["a.png", "b/maps/a.png"])
    #expect(names.omittedFolders == [folder.path("maps")])
    // A folder that is the one drawings go to is refused, by whatever name.
    for path in ["maps", "link", "b/../maps/"] {
      #expect(throws: PictureListError.self) {
        try PictureNames([folder.path(path)], omitting: drawings)
      }
    }
  }

  @Test("are bytes: what looks alike is two, and what is not UTF-8 is found") func bytes() throws {
    let folder = try Folder()
    let names: [[UInt8]] = [
      Array("cafe\u{301}.png".utf8), Array("caf\u{E9}.png".utf8),
      Array("caf".utf8) + [0xE9] + Array(".png".utf8),
      Array("caf\\xe9.png".utf8),
    ]
    for name in names {
      let path = (Array("\(folder.url.path)/".utf8) + name).map { CChar(bitPattern: $0) } + [0]
      let descriptor = unsafe open(path, O_CREAT | O_WRONLY, 0o600)
      try #require(descriptor >= 0)
      close(descriptor)
    }
    let found = try Array(PictureNames([folder.path("")]))
    // In the order of the bytes: a backslash, e, the first byte of the composed é, the byte alone.
    #expect(
      found.map { FileName.bytes($0.relativePath) } == [names[3], names[0], names[1], names[2]])
    #expect(Set(found).count == 4)
    for name in found { #expect(FileIdentity(name.path) != nil) }
    let matched = try Array(PictureNames([folder.path("caf*")]))
    #expect(Set(matched.map { FileName.bytes($0.relativePath) }) == Set(names))
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

  @Test("are all known once they have been read") func readAll() throws {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    #expect(unsafe write(ends[1], "a.png\nb.png\n", 12) == 12)
    close(ends[1])
    defer { close(ends[0]) }
    var names = try PictureNames(["first.png", "-"], standardInput: ends[0])
    #expect(names.known.map(\.path) == ["first.png"])
    names.readAll()
    #expect(names.count == 3 && names.known.map(\.path) == ["first.png", "a.png", "b.png"])
    #expect(names.map(\.path) == ["first.png", "a.png", "b.png"])
  }
}
