import Foundation
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
