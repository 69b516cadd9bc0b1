import Foundation
import Testing

@testable import Files

@Suite("Writing files") struct FileWritingTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private var folder: String { scratch.path }

  private var contents: [ExactName] {
    ((try? FileName.names(in: folder)) ?? []).map { ExactName($0) }.sorted()
  }

  private func bytes(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) }
  }

  @Test("puts a file where none is, and replaces one only if it may") func replacing() throws {
    let path = "\(folder)/a"
    try writeFile(at: path, [1], replacing: false)
    #expect(bytes("a") == [1])
    #expect(throws: FileError(path: path, errno: EEXIST)) {
      try writeFile(at: path, [2], replacing: false)
    }
    #expect(bytes("a") == [1])
    try writeFile(at: path, [3], replacing: true)
    #expect(bytes("a") == [3] && contents == ["a"])
    // A file of its own: another name of the old one keeps what was in it.
    let other = "\(folder)/b"
    #expect(unsafe link(path, other) == 0)
    try writeFile(at: path, [4], replacing: true)
    #expect(bytes("a") == [4] && bytes("b") == [3])
    #expect(FileIdentity(path) != FileIdentity(other))
  }

  @Test("renames into no place that is taken meanwhile") func renaming() throws {
    try writeFile(at: "\(folder)/new", [1], replacing: false)
    try writeFile(at: "\(folder)/old", [2], replacing: false)
    #expect(throws: FileError(path: "\(folder)/old", errno: EEXIST)) {
      try renameFile("\(folder)/new", to: "\(folder)/old", replacing: false)
    }
    #expect(bytes("new") == [1] && bytes("old") == [2])
    try renameFile("\(folder)/new", to: "\(folder)/old", replacing: true)
    #expect(bytes("old") == [1] && contents == ["old"])
  }

  @Test("knows one file by all its names") func identity() throws {
    let path = "\(folder)/a"
    try writeFile(at: path, [1], replacing: false)
    #expect(unsafe link(path, "\(folder)/hard") == 0)
    #expect(unsafe symlink(path, "\(folder)/soft") == 0)
    try writeFile(at: "\(folder)/other", [1], replacing: false)
    let file = try #require(FileIdentity(path))
    #expect(FileIdentity("\(folder)/hard") == file && FileIdentity("\(folder)/soft") == file)
    #expect(FileIdentity("\(folder)/other") != file && FileIdentity("\(folder)/none") == nil)
  }

  @Test("takes names that are not UTF-8") func names() throws {
    let name = FileName.text([0x63, 0xE9])
    try writeFile(at: "\(folder)/\(name)", [7], replacing: false)
    #expect(contents == [ExactName(name)])
    #expect(FileIdentity("\(folder)/\(name)") != nil)
  }
}
