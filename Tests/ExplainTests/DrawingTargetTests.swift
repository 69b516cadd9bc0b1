import Files
import Foundation
import Imaging
import Testing

@testable import Explain

@Suite("Files that a run reads") struct RunInputsTests {
  @Test("are refused by every name, and others are not") func names() throws {
    let folder = try Folder()
    let picture = try folder.write("a.png")
    try folder.write("b.png")
    let manager = FileManager.default
    try manager.linkItem(atPath: picture, toPath: folder.path("hard.png"))
    try manager.createSymbolicLink(atPath: folder.path("soft.png"), withDestinationPath: picture)
    let inputs = RunInputs([picture, folder.path("missing.png")])
    for name in ["a.png", "hard.png", "soft.png"] {
      let error = #expect(throws: FileError.self) { try inputs.check(folder.path(name)) }
      #expect(error?.path == folder.path(name))
    }
    for name in ["b.png", "missing.png", "new.png"] { try inputs.check(folder.path(name)) }
  }

  @Test("do not include drawings of the run that are named among them") func drawings() throws {
    let folder = try Folder()
    let drawing = try folder.write("drawing.png")
    let picture = try folder.write("a.png")
    let inputs = RunInputs([drawing, picture])
    let ledger = DrawingLedger(folder: folder.path(""))
    ledger.add("drawing.png")
    #expect(throws: FileError.self) { try inputs.check(drawing) }
    inputs.leaveOut = ledger
    try inputs.check(drawing)
    #expect(throws: FileError.self) { try inputs.check(picture) }
  }
}

@Suite("Where drawings go") struct DrawingTargetTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func target(
    _ name: String, isFolder: Bool = true, overwriting: Bool = false, inputs: [String] = []
  ) throws(FileError) -> DrawingTarget {
    try DrawingTarget(
      folder.path(name), isFolder: isFolder, fileExtension: "png", overwriting: overwriting,
      inputs: RunInputs(inputs))
  }

  /// A target that continues the run whose journal is in its folder, or begins one.
  private func resumed(_ name: String, inputs: [String] = []) throws -> DrawingTarget {
    let target = try target(name, inputs: inputs)
    let journal = try ResultJournal<PictureRow>(
      path: folder.path("\(name)/results.jsonl"), settings: [:], resuming: true,
      overwriting: false)
    target.adopt(journal.drawings, isResumed: true)
    return target
  }

  private func bytes(_ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: folder.path(name)).map { Array($0) }
  }

  @Test("is a folder if it is one, is named as one or has to hold several") func kind() throws {
    try folder.write("out/a.png")
    #expect(DrawingTarget.isFolder(folder.path("out"), isPlural: false))
    #expect(DrawingTarget.isFolder(folder.path("new") + "/", isPlural: false))
    #expect(DrawingTarget.isFolder(folder.path("new"), isPlural: true))
    #expect(!DrawingTarget.isFolder(folder.path("new"), isPlural: false))
    #expect(!DrawingTarget.isFolder(folder.path("out/a.png"), isPlural: false))
    #expect(throws: FileError.self) { try target("out/a.png") }
  }

  @Test("is a file that replaces one only if it may, and never an input") func file() throws {
    let path = try folder.write("a.png", [1])
    #expect(throws: FileError.self) { try target("a.png", isFolder: false) }
    #expect(throws: FileError.self) {
      try target("a.png", isFolder: false, overwriting: true, inputs: [path])
    }
    #expect(throws: FileError.self) { try target("no/a.png", isFolder: false) }
    let replacing = try target("a.png", isFolder: false, overwriting: true)
    try replacing.destination(of: PictureName(path: "x.jpg")).write([2])
    #expect(bytes("a.png") == [2] && replacing.folder == nil && replacing.ledger == nil)
    // A file that appears after the check stays.
    let new = try target("b.png", isFolder: false)
    try folder.write("b.png", [3])
    #expect(throws: ImageError.self) {
      try new.destination(of: PictureName(path: "x.jpg")).write([4])
    }
    #expect(bytes("b.png") == [3])
  }

  @Test("makes folders, and takes away what killed runs left in them") func folders() throws {
    // No process has that number.
    let leftover = try folder.write("out/cats/.densecam-\(pid_t.max)-1.tmp")
    let target = try target("out")
    for place in ["dogs/new/1.jpg", "cats/1.jpg"] {
      let name = PictureName(path: "sets/\(place)", relativePath: place)
      let destination = try target.destination(of: name)
      // Before anything is written there, which would take them away, too.
      #expect(place.hasPrefix("dogs") || !FileManager.default.fileExists(atPath: leftover))
      try destination.write([1])
      #expect(destination.path == folder.path("out/\(place.dropLast(3))png"))
    }
    #expect(bytes("out/dogs/new/1.png") == [1] && bytes("out/cats/1.png") == [1])
    try folder.write("file")
    #expect(throws: FileError.self) { try self.target("file/below") }
  }

  @Test("refuses files that exist in its folder, unless they may be replaced") func existing()
    throws
  {
    try folder.write("out/a.png", [1])
    let picture = PictureName(path: "a.jpg")
    let error = #expect(throws: FileError.self) { try target("out").destination(of: picture) }
    #expect(error?.description == "\(folder.path("out/a.png")): exists; use --force to replace it")
    #expect(throws: FileError.self) {
      try target("out", overwriting: true, inputs: [folder.path("out/a.png")])
        .destination(of: picture)
    }
    try target("out", overwriting: true).destination(of: picture).write([2])
    #expect(bytes("out/a.png") == [2])
  }

  @Test("gives the better place to the picture that it is reserved for") func reserved() throws {
    let target = try target("out")
    target.reserve(PictureName(path: "a.png"))
    #expect(
      try target.destination(of: PictureName(path: "a.jpg")).path == folder.path("out/a.jpg.png"))
    #expect(try target.destination(of: PictureName(path: "a.png")).path == folder.path("out/a.png"))
  }

  @Test("replaces its own drawing in a resumed run, and no file that has changed") func resuming()
    throws
  {
    let names = ["same", "own", "changed", "theirs"].map { PictureName(path: "\($0).jpg") }
    let first = try resumed("out")
    for name in names.dropLast() { try first.destination(of: name).write([1]) }
    try folder.write("out/changed.png", [7])
    try folder.write("out/theirs.png", [7])
    let inode = FileIdentity(folder.path("out/theirs.png"))
    let again = try resumed("out")
    let destinations = try names.map { try again.destination(of: $0) }
    try destinations[0].write([1])
    try destinations[1].write([2])
    for destination in destinations[2...] {
      #expect(throws: FileError.self) { try destination.write([2]) }
    }
    #expect(bytes("out/same.png") == [1] && bytes("out/own.png") == [2])
    #expect(bytes("out/changed.png") == [7] && bytes("out/theirs.png") == [7])
    // With the very bytes of the drawing it is as good as drawn, and is left alone.
    try destinations[3].write([7])
    #expect(FileIdentity(folder.path("out/theirs.png")) == inode)
    #expect(again.ledger?.isUnchanged("theirs.png") == true)
  }

  @Test("lets nothing replace a drawing of the same run, whatever its name") func namesakes() throws
  {
    let target = try target("out", overwriting: true)
    // As in a file system in which both names are one.
    let late = try target.destination(of: PictureName(path: "B.jpg"))
    try target.destination(of: PictureName(path: "b.jpg")).write([1])
    try FileManager.default.linkItem(
      atPath: folder.path("out/b.png"), toPath: folder.path("out/B.png"))
    let error = #expect(throws: FileError.self) { try late.write([2]) }
    #expect(error?.path == "B.jpg")
    #expect(throws: FileError.self) { try target.destination(of: PictureName(path: "B.jpg")) }
    #expect(bytes("out/b.png") == [1])
  }

  @Test("records a drawing before it is written") func order() throws {
    let target = try resumed("out")
    let destination = try target.destination(of: PictureName(path: "a.jpg"))
    try FileManager.default.createDirectory(
      atPath: folder.path("out/a.png"), withIntermediateDirectories: false)
    #expect(throws: ImageError.self) { try destination.write([1]) }
    #expect(try resumed("out").ledger?.places == ["a.jpg": "a.png"])
  }

  @Test("keeps the places of a resumed run, and of no other") func earlier() throws {
    for isResumed in [true, false] {
      let target = try target("out")
      let entry = DrawingLedger.Entry(picture: "a.jpg", sha256: "")
      target.adopt(
        DrawingLedger(folder: folder.path("out"), entries: ["recorded.png": entry]),
        isResumed: isResumed)
      #expect(
        try target.destination(of: PictureName(path: "a.jpg")).path
          == folder.path(isResumed ? "out/recorded.png" : "out/a.png"))
    }
  }
}
