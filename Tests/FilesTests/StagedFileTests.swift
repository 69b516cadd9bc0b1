import Foundation
import Glibc
import Testing

@testable import Files

@Suite("A file under construction") struct StagedFileTests {
  func write(_ text: String, to path: String, isUnnamed: Bool, isReplacing: Bool = true) throws {
    var file = try StagedFile(for: path, isUnnamed: isUnnamed)
    try file.write(Array(text.utf8).span.bytes)
    try file.commit(isReplacing: isReplacing)
  }

  @Test("appears whole, in place of an old one or of none", arguments: [true, false])
  func appears(isUnnamed: Bool) throws {
    let folder = try Scratch()
    try write("old", to: folder.file("a"), isUnnamed: isUnnamed)
    #expect(folder.text("a") == "old")
    try write("new", to: folder.file("a"), isUnnamed: isUnnamed)
    #expect(folder.text("a") == "new")
    #expect(folder.names == ["a"])
  }

  @Test("leaves what is there if it must", arguments: [true, false])
  func keeps(isUnnamed: Bool) throws {
    let folder = try Scratch()
    try write("new", to: folder.file("a"), isUnnamed: isUnnamed, isReplacing: false)
    #expect(throws: FileError(path: folder.file("a"), errno: EEXIST)) {
      try write("newer", to: folder.file("a"), isUnnamed: isUnnamed, isReplacing: false)
    }
    #expect(folder.text("a") == "new")
    #expect(folder.names == ["a"])
  }

  @Test("is not to be seen before, and leaves nothing if it is dropped") func drops() throws {
    let folder = try Scratch()
    func begin(_ isUnnamed: Bool) throws -> [String] {
      let file = try StagedFile(for: folder.file("a"), isUnnamed: isUnnamed)
      try file.write(Array("half".utf8).span.bytes)
      return folder.names
    }
    #expect(try begin(true) == [])
    #expect(try begin(false).map(Leftovers.process) == [getpid()])
    #expect(folder.names == [])
  }

  @Test("can be opened by its path", arguments: [true, false]) func path(isUnnamed: Bool) throws {
    let folder = try Scratch()
    var file = try StagedFile(for: folder.file("a"), isUnnamed: isUnnamed)
    try Data("by path".utf8).write(to: URL(filePath: file.openPath), options: [])
    try file.commit()
    #expect(folder.text("a") == "by path")
  }

  @Test("cannot be made in a folder that is not there", arguments: [true, false])
  func missing(isUnnamed: Bool) throws {
    let folder = try Scratch()
    #expect(throws: FileError(path: folder.file("none/a"), errno: ENOENT)) {
      try write("", to: folder.file("none/a"), isUnnamed: isUnnamed)
    }
    #expect(throws: FileError(path: "", errno: EINVAL)) {
      try write("", to: "", isUnnamed: isUnnamed)
    }
  }

  @Test("reports a full disk", arguments: [true, false]) func full(isUnnamed: Bool) throws {
    let folder = try Scratch()
    let file = try StagedFile(for: folder.file("a"), isUnnamed: isUnnamed)
    // The descriptor now leads to a device that is always full.
    let device = open("/dev/full", O_WRONLY)
    dup2(device, file.descriptor)
    close(device)
    #expect(throws: FileError(path: folder.file("a"), errno: ENOSPC)) {
      try file.write([1, 2, 3].span.bytes)
    }
  }

  @Test("finds the folder of a name that begins with a mark") func mark() throws {
    let folder = try Scratch()
    try write("x", to: folder.file("\u{301}a"), isUnnamed: false)
    #expect(folder.names == ["\u{301}a"])
  }
}

@Suite("Leftovers") struct LeftoversTests {
  /// A number that no process has: the largest that Linux gives is 2²² − 1.
  static let nobody = 1 << 22

  @Test("of processes that are gone are removed, and nothing else") func removal() throws {
    let folder = try Scratch()
    let dead = ".densecam-\(Self.nobody)-1x.tmp"
    let others = [
      ".densecam-\(getpid())-1x.tmp", ".densecam-\(Self.nobody)-!.tmp", ".densecam-0-1.tmp",
      ".densecam-\(Self.nobody)-1x.tmp.h5", "a.h5.\(Self.nobody).tmp", ".densecam--1-1.tmp",
    ]
    for name in [dead] + others { try Data().write(to: URL(filePath: folder.file(name))) }
    Leftovers.removeAll(from: folder.path + "/")
    #expect(folder.names == others.sorted())
  }

  @Test("that somebody has locked stay") func locked() throws {
    let folder = try Scratch()
    let name = ".densecam-\(Self.nobody)-1.tmp"
    try Data().write(to: URL(filePath: folder.file(name)))
    let descriptor = open(folder.file(name), O_RDWR)
    #expect(flock(descriptor, LOCK_EX) == 0)
    Leftovers.removeAll(from: folder.path + "/")
    #expect(folder.names == [name])
    close(descriptor)
    Leftovers.removeAll(from: folder.path + "/")
    #expect(folder.names == [])
  }

  @Test("are not followed where they lead") func links() throws {
    let folder = try Scratch()
    try Data("kept".utf8).write(to: URL(filePath: folder.file("a")))
    let name = ".densecam-\(Self.nobody)-1.tmp"
    symlink("a", folder.file(name))
    mkfifo(folder.file(".densecam-\(Self.nobody)-2.tmp"), 0o600)
    Leftovers.removeAll(from: folder.path + "/")
    #expect(folder.text("a") == "kept")
    #expect(folder.names.count == 3)
  }
}
