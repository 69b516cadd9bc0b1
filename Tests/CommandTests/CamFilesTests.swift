import Foundation
import Glibc
import Testing

/// What `cam` writes, over what, and under which names.
@Suite("Files of cam") struct CamFilesTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  /// Small pictures, all different: a PNG with one more chunk of text each.
  private func picture(_ number: Int) throws -> [UInt8] {
    var bytes = try Repository.bytes("model/pictures/scene.png")
    // Behind the end, where nothing is read, there may be nothing; a text chunk goes before the end.
    let text = Array("tEXtn\0\(number)".utf8)
    let length = UInt32(text.count - 4)
    var chunk = (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32($0))) } + text
    let sum = Self.checksum(text)
    chunk += (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * UInt32($0))) }
    bytes.insert(contentsOf: chunk, at: bytes.count - 12)
    return bytes
  }

  /// CRC-32 as PNG has it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
    }
    return ~sum
  }

  private func add(_ names: String...) throws {
    for (number, name) in names.enumerated() {
      let file = folder.url.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(picture(number)).write(to: file)
    }
  }

  private func bytes(_ name: String) -> Data? {
    FileManager.default.contents(atPath: folder.path(name))
  }

  /// All files below the folder with what is in them.
  private var files: [String: Data] {
    let names = FileManager.default.enumerator(atPath: folder.url.path)?.compactMap {
      $0 as? String
    }
    var files: [String: Data] = [:]
    for name in names ?? [] { files[name] = bytes(name) }
    return files
  }

  private func cam(_ arguments: String...) throws -> CommandRun {
    try CommandRun(
      ["cam", "--model", "densenet-mini", "--style", "plain"] + arguments, in: folder.url)
  }

  /// Runs a line of a shell, in which `$D` is the command with its model and style.
  private func shell(_ line: String) throws -> CommandRun {
    try CommandRun(
      executable: URL(filePath: "/bin/sh"),
      ["-c", "D='\(CommandRun.executable.path) cam --model densenet-mini --style plain'; \(line)"],
      in: folder.url)
  }

  struct Row: Decodable, Equatable {
    var image: String
    var output: String?
  }

  private func rows(_ run: CommandRun) throws -> [Row] {
    try run.output.split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  /// The rows of a journal.
  private func journal(_ name: String) throws -> [Row] {
    struct Line: Decodable {
      var result: Row?
    }
    return try String(decoding: bytes(name) ?? Data(), as: UTF8.self).split(separator: "\n")
      .compactMap { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).result }
  }

  @Test(
    "replaces no picture that it reads, whatever the name and whatever is said",
    arguments: [
      "$D photos -o photos", "$D photos -o photos --resume", "$D photos -o photos --force",
      "$D photos -o link --force", "$D photos/. -o link/. --resume",
      "cd photos; $D a.png b.png c.png -o . --force", "cd photos; $D *.png -o ../photos --force",
      "cd photos; ls *.png | $D - -o . --force", "cd photos; ls *.png | $D - -o . --resume",
      "$D photos/a.png -o photos/b.png", "$D photos/a.png -o photos/a.png --force",
      "$D photos --sheet photos/b.png --force", "$D photos --sheet hard.png --force",
      "$D photos/b.png -o hard.png --force",
      "$D photos/a.png photos/b.png -o out --force", "$D photos/a.png photos/b.png -o soft --force",
      "$D photos/a.png photos/b.png -o journal --force",
      "$D photos/a.png photos/b.png --maps maps.h5 --force",
    ])
  func noLoss(line: String) throws {
    try add("photos/a.png", "photos/b.png", "photos/c.png")
    // Names that lead to pictures: a folder, a file of its own, files where drawings would go.
    let links = [
      ("photos", "link", false), ("photos/b.png", "hard.png", true),
      ("photos/b.png", "out/a.png", true), ("../photos/b.png", "soft/a.png", false),
      ("photos/b.png", "journal/results.jsonl", true), ("photos/b.png", "maps.h5", true),
    ]
    for (target, name, isHard) in links {
      let path = folder.path(name)
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      if isHard {
        try FileManager.default.linkItem(atPath: folder.path(target), toPath: path)
      } else {
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
      }
    }
    let names = ["photos/a.png", "photos/b.png", "photos/c.png"]
    let before = names.map(bytes)
    let run = try shell(line)
    #expect(names.map(bytes) == before)
    #expect(run.status == 2, "\(run.output)\(run.error)")
    for (_, name, isHard) in links where isHard {
      #expect(bytes(name) == before[1], "\(name) is no longer the picture")
    }
  }

  @Test("goes on without touching what others made") func othersFiles() throws {
    try add("photos/a.png", "photos/b.png", "out/a.png")
    let theirs = bytes("out/a.png")
    for arguments in [["--resume"], ["--resume"]] {
      let run = try shell("$D photos -o out " + arguments.joined(separator: " "))
      #expect(run.status == 2 && run.error.contains("out/a.png"), "\(run.error)")
      #expect(bytes("out/a.png") == theirs)
      #expect(try journal("out/results.jsonl").compactMap(\.output) == ["out/b.png"])
    }
    // Out of the way, the drawing is made, and only that.
    try FileManager.default.moveItem(
      atPath: folder.path("out/a.png"), toPath: folder.path("theirs.png"))
    let before = bytes("out/b.png")
    let run = try cam("photos", "-o", "out", "--resume")
    #expect(run.status == 0, "\(run.error)")
    #expect(bytes("out/a.png") != nil && bytes("out/b.png") == before)
    // One that was changed after it had been drawn is somebody's work.
    let journal = try #require(bytes("out/results.jsonl"))
    let lines = String(decoding: journal, as: UTF8.self).split(separator: "\n")
    let cut = lines.filter { !$0.contains("result") }.joined(separator: "\n") + "\n"
    try Data(cut.utf8).write(to: folder.url.appending(path: "out/results.jsonl"))
    try Data(#require(theirs)).write(to: folder.url.appending(path: "out/a.png"))
    let again = try cam("photos", "-o", "out", "--resume")
    #expect(again.status == 2 && again.error.contains("out/a.png"), "\(again.error)")
    #expect(bytes("out/a.png") == theirs && bytes("out/b.png") == before)
  }

  @Test("draws every picture, and gives each its own file for good") func names() throws {
    try add("g/a.jpg.png", "g/a.png", "sets/cats/1.png", "sets/dogs/1.png")
    try FileManager.default.moveItem(
      atPath: folder.path("g/a.jpg.png"), toPath: folder.path("g/b.png"))
    let jpeg = try Repository.bytes("model/pictures/scene.jpg")
    try Data(jpeg).write(to: folder.url.appending(path: "g/a.jpg"))
    let first = try rows(try cam("g", "-o", "maps", "--format", "jsonl"))
    #expect(
      first == [
        Row(image: "g/a.jpg", output: "maps/a.png"),
        Row(image: "g/a.png", output: "maps/a.png.png"),
        Row(image: "g/b.png", output: "maps/b.png"),
      ])
    let drawings = first.compactMap(\.output).map(bytes)
    #expect(drawings.allSatisfy { $0 != nil } && drawings[0] != drawings[1])
    let flat = try rows(
      try shell("find sets -name '*.png' | sort | $D - -o flat --format jsonl"))
    #expect(flat.map(\.output) == ["flat/1.png", "flat/dogs/1.png"])
    let before = files
    // Again, with half of the results lost, and in another order.
    for isCut in [false, true] {
      if isCut {
        for name in ["maps", "flat"] {
          let text = String(decoding: try #require(bytes("\(name)/results.jsonl")), as: UTF8.self)
          var lines = text.split(separator: "\n")
          lines.remove(at: try #require(lines.firstIndex { $0.contains("\"image\"") }))
          try Data((lines.joined(separator: "\n") + "\n").utf8).write(
            to: folder.url.appending(path: "\(name)/results.jsonl"))
        }
      }
      let again = try shell(
        "$D g/b.png g/a.png g/a.jpg ./g//a.png -o maps --format jsonl --resume; "
          + "find sets -name '*.png' | sort -r | $D - -o flat --format jsonl --resume")
      #expect(again.status == 0, "\(again.error)")
      #expect(try rows(again) == first.reversed() + flat.reversed())
      for (name, content) in files where name.hasSuffix(".png") {
        #expect(content == before[name], "\(name)")
      }
      #expect(files.keys.sorted() == before.keys.sorted())
    }
  }

  @Test("does not explain its own drawings") func drawings() throws {
    try add("g/p0.png", "g/p1.png")
    var before: [String] = []
    for flags in ["", "--resume", "--force", "--resume"] {
      let run = try shell("cd g; $D . -o maps \(flags)")
      #expect(run.status == 0, "\(run.error)")
      let names = files.keys.sorted()
      #expect(before.isEmpty || names == before)
      before = names
    }
    #expect(
      before.filter { $0.hasPrefix("g/maps/") } == [
        "g/maps/p0.png", "g/maps/p1.png", "g/maps/results.jsonl",
      ])
    // Nor if they are named one by one.
    for flags in ["--resume", "--force"] {
      for names in ["$(find . -name '*.png')", "*.png maps/*.png '*/*.png'"] {
        let run = try shell("cd g; $D \(names) -o maps --format jsonl \(flags)")
        #expect(run.status == 0 && run.error.contains(" drawings of"), "\(run.error)")
        #expect(try rows(run).count == 2)
      }
      let run = try shell("cd g; find . -name '*.png' | $D - -o maps --format jsonl \(flags)")
      #expect(run.status == 0 && run.error.contains(" drawings of"), "\(run.error)")
      #expect(try rows(run).count == 2)
      #expect(files.keys.sorted() == before)
    }
  }

  @Test("takes names for bytes") func bytesOfNames() throws {
    // Composed, decomposed, and Latin 1.
    let names: [[UInt8]] = [
      Array("caf\u{E9}".utf8), Array("cafe\u{301}".utf8), Array("caf".utf8) + [0xE9],
    ]
    try add("g/plain.png")
    func path(_ name: [UInt8]) -> [CChar] {
      (Array("\(folder.url.path)/".utf8) + name).map { CChar(bitPattern: $0) } + [0]
    }
    for (number, name) in names.enumerated() {
      let descriptor = unsafe open(
        path(Array("g/".utf8) + name + Array(".png".utf8)), O_CREAT | O_WRONLY, 0o600)
      try #require(descriptor >= 0)
      let content = try picture(number)
      #expect(write(descriptor, content, content.count) == content.count)
      close(descriptor)
    }
    func exist(_ place: String) -> [Bool] {
      names.map {
        unsafe access(path(Array("\(place)/".utf8) + $0 + Array(".png".utf8)), F_OK) == 0
      }
    }
    for flags in ["", "--resume"] {
      let walked = try shell("$D g -o maps --format jsonl \(flags)")
      #expect(walked.status == 0, "\(walked.error)")
      let rows = try rows(walked)
      #expect(rows.count == 4)
      #expect(Set(rows.map { Array($0.image.utf8) }).count == 4)
      #expect(rows.contains { $0.image == "g/caf\\xe9.png" && $0.output == "maps/caf\\xe9.png" })
      #expect(exist("maps") == [true, true, true])
    }
    let piped = try shell(
      "find g -name '*.png' -print0 | $D - -o piped --maps $(printf 'm\\351.h5')")
    #expect(piped.status == 0, "\(piped.error)")
    #expect(exist("piped") == [true, true, true])
    #expect(unsafe access(path([0x6D, 0xE9] + Array(".h5".utf8)), F_OK) == 0)
    let named = try shell("$D g/caf*.png -o $(printf 'named\\351') --labels $(printf 'no\\351')")
    #expect(named.status == 2 && named.error.contains("no\\xe9: No such file"), "\(named.error)")
  }

  @Test(
    "has nothing to do where all is done",
    arguments: [
      ["--maps", "x.h5"], ["--maps", "x.npy"], ["-o", "out"],
      ["--maps", "x.h5", "-o", "out"], ["--maps", "x.npy", "-o", "out"],
      ["--maps", "x.h5", "--no-upsampled", "--top", "3", "--class", "4"],
    ])
  func idempotent(arguments: [String]) throws {
    try add("g/a.png", "g/b.png", "g/c.png")
    let flags = arguments.joined(separator: " ")
    let first = try shell("$D g --format jsonl \(flags)")
    #expect(first.status == 0, "\(first.error)")
    let before = files
    for _ in 0..<2 {
      let again = try shell("$D g --format jsonl --resume \(flags)")
      #expect(again.status == 0, "\(again.error)")
      #expect(files == before)
      // An array does not say what it is of.
      let isKnown = !arguments.contains("x.npy") || arguments.contains("-o")
      #expect(again.output == (isKnown ? first.output : ""), "\(again.output)")
    }
    // Other maps than those that are there, or more pictures, are another run.
    for other in ["--top 2", "--method grad-cam"] {
      guard !arguments.contains("x.npy") || arguments.contains("-o") || other == "--top 2" else {
        continue
      }
      let run = try shell("$D g \(flags) --resume \(other)")
      #expect(run.status == 2, "\(other): \(run.output)")
    }
    let names = Set(files.keys)
    #expect(files == before)
    guard arguments.contains("--maps") else { return }
    try add("g/d.png")
    let more = try shell("$D g \(flags) --resume")
    #expect(more.status == 2 && more.error.contains("x."), "\(more.error)")
    for name in names where !name.hasSuffix(".jsonl") { #expect(bytes(name) == before[name]) }
  }

  @Test("ends what a run left that was killed after it had made the file of maps")
  func killedAtTheEnd()
    throws
  {
    try add("g/a.png", "g/b.png")
    #expect(try cam("g", "--maps", "x.h5").status == 0)
    // As if the parts had not gone: what they hold is in the file.
    let parts = folder.url.appending(path: "x.h5.parts")
    try FileManager.default.createDirectory(at: parts, withIntermediateDirectories: false)
    try FileManager.default.copyItem(
      at: folder.url.appending(path: "x.h5"), to: parts.appending(path: "000001.h5"))
    try Data([1]).write(to: parts.appending(path: "0.h5.1.2.tmp"))
    let run = try cam("g", "--maps", "x.h5", "--resume")
    #expect(run.status == 0, "\(run.error)")
    #expect(folder.contents == ["g", "x.h5"])
    // Parts of something else are a run that has started anew.
    try add("h/c.png")
    #expect(try cam("h", "--maps", "y.h5").status == 0)
    try FileManager.default.createDirectory(at: parts, withIntermediateDirectories: false)
    try FileManager.default.copyItem(
      at: folder.url.appending(path: "y.h5"), to: parts.appending(path: "000001.h5"))
    let refused = try cam("g", "--maps", "x.h5", "--resume")
    #expect(refused.status == 2 && refused.error.contains("started over"), "\(refused.error)")
    #expect(bytes("x.h5.parts/000001.h5") == bytes("y.h5"))
  }

  @Test("leaves nothing half done behind, however often it is killed") func killed() throws {
    for number in 0..<24 { try add("g/\(number).png") }
    for round in 0..<12 {
      let process = Process()
      process.executableURL = CommandRun.executable
      process.currentDirectoryURL = folder.url
      process.arguments = [
        "cam", "g", "--model", "densenet-mini", "-o", "out", "--style", "plain", "--batch", "1",
        "--force",
      ]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32(20_000 + 9_000 * round))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    let run = try cam("g", "-o", "out", "--resume", "--batch", "1")
    #expect(run.status == 0, "\(run.error)")
    let expected = (0..<24).map { "\($0).png" } + ["results.jsonl"]
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
    #expect(found.sorted() == expected.sorted())
  }
}
