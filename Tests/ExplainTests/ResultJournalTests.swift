import Files
import Foundation
import Net
import Testing

@testable import Explain

@Suite("A run's journal") struct ResultJournalTests {
  private func journal(
    _ path: String, settings: [String: String] = ["a": "1"], resuming: Bool = false,
    overwriting: Bool = false
  ) throws -> ResultJournal<[Int]> {
    try ResultJournal<[Int]>(
      path: path, settings: settings, resuming: resuming, overwriting: overwriting)
  }

  @Test("gives back what was flushed, the last of two results of a picture") func roundTrip() throws
  {
    let folder = try Folder()
    let path = folder.path("journal")
    do {
      let journal = try journal(path)
      try journal.append("x \"y\"\n.png", [1, 2])
      try journal.append("b.png", [3])
      try journal.append("b.png", [4])
      try journal.flush()
      try journal.append("never flushed", [5])
    }
    let again = try journal(path, resuming: true)
    #expect(again.rows == ["x \"y\"\n.png": [1, 2], "b.png": [4]])
    again.forget(["b.png"])
    #expect(again.rows.count == 1)
    try again.append("b.png", [6])
    try again.flush()
    #expect(try journal(path, resuming: true).rows["b.png"] == [6])
  }

  @Test("does without its last bytes, however many are missing") func cutOff() throws {
    let folder = try Folder()
    let path = folder.path("journal")
    do {
      let journal = try journal(path)
      for index in 0..<3 { try journal.append("\(index)", [index]) }
      try journal.flush()
    }
    let bytes = Array(try Data(contentsOf: URL(filePath: path)))
    for count in 0..<bytes.count {
      try folder.write("cut", Array(bytes[..<count]))
      let cut = try journal(folder.path("cut"), resuming: true)
      let whole = bytes[..<count].count { $0 == UInt8(ascii: "\n") }
      #expect(cut.rows.count == max(0, whole - 1))
      // What is added stands on a line of its own.
      try cut.append("new", [9])
      try cut.flush()
      #expect(try journal(folder.path("cut"), resuming: true).rows["new"] == [9])
    }
  }

  @Test("tells names apart by their bytes") func exactNames() throws {
    let folder = try Folder()
    let path = folder.path("journal")
    let names = ["caf\u{E9}.png", "cafe\u{301}.png"]
    do {
      let journal = try journal(path)
      for (index, name) in names.enumerated() { try journal.append(name, [index]) }
      try journal.flush()
    }
    let again = try journal(path, resuming: true)
    #expect(names.map { again.rows[$0] } == [[0], [1]])
  }

  @Test("knows its drawings by their bytes, whether a row speaks of them or not") func drawings()
    throws
  {
    let folder = try Folder()
    let path = folder.path("journal")
    try folder.write("mine.png", [1, 2])
    try folder.write("changed.png", [3])
    try folder.write("other.png", [1, 2])
    do {
      let journal = try journal(path)
      try journal.drawings.announce("mine.png", of: "a.jpg", [1, 2])
      try journal.drawings.announce("changed.png", of: "b.jpg", [4])
    }
    for overwriting in [false, true] {
      // What is begun anew goes on knowing what has been drawn.
      let again = try journal(path, resuming: !overwriting, overwriting: overwriting)
      #expect(again.rows.isEmpty)
      let drawings = again.drawings
      #expect(drawings.isUnchanged("mine.png"))
      #expect(!drawings.isUnchanged("changed.png") && !drawings.isUnchanged("other.png"))
      #expect(drawings.places == ["a.jpg": "mine.png", "b.jpg": "changed.png"])
      let file = try #require(FileIdentity(folder.path("mine.png")))
      #expect(drawings.holds(file) && !drawings.wasWrittenNow(file))
      #expect(!drawings.holds(try #require(FileIdentity(folder.path("other.png")))))
    }
  }

  @Test(
    "takes no file for its own that somebody else has begun",
    arguments: ["one line without an end", "{\"settings\"", "{\"settings\":{\"a\":\"2", "\0"])
  func foreign(text: String) throws {
    let folder = try Folder()
    let path = try folder.write("journal", Array(text.utf8))
    // All but a start that it might have written itself.
    let isOwn = text == "{\"settings\""
    let journal = try? journal(path, resuming: true)
    #expect((journal != nil) == isOwn)
    if !isOwn { #expect(FileManager.default.contents(atPath: path) == Data(text.utf8)) }
  }

  @Test("is written into no file with another name") func links() throws {
    let folder = try Folder()
    let file = try folder.write("file", [1, 2, 3])
    let soft = folder.path("soft")
    try FileManager.default.createSymbolicLink(atPath: soft, withDestinationPath: file)
    #expect(throws: JournalError.self) { try journal(soft, resuming: true) }
    let hard = folder.path("hard")
    try FileManager.default.linkItem(atPath: file, toPath: hard)
    // To begin anew takes a name away and leaves the file.
    _ = try journal(hard, overwriting: true)
    #expect(FileManager.default.contents(atPath: file) == Data([1, 2, 3]))
  }

  @Test("is neither mixed nor replaced unasked") func refusals() throws {
    let folder = try Folder()
    let path = folder.path("journal")
    _ = try journal(path)
    #expect(throws: JournalError.self) { try journal(path) }
    let error = #expect(throws: JournalError.self) {
      try journal(path, settings: ["a": "2"], resuming: true)
    }
    #expect(error?.description.contains("another a: 1") == true, "\(String(describing: error))")
    #expect(throws: Never.self) { try journal(path, settings: ["a": "2"], overwriting: true) }
    #expect(throws: Never.self) { try journal(path, settings: ["a": "2"], resuming: true) }
    for text in ["nothing\n", "{}\n", "[1]\n{}\n", "\n"] {
      try folder.write("other", Array(text.utf8))
      #expect(throws: JournalError.self) { try journal(folder.path("other"), resuming: true) }
    }
    #expect(throws: JournalError.self) { try journal(folder.path("no/journal")) }
    #expect(throws: JournalError.self) { try journal(folder.path("")) }
  }
}
