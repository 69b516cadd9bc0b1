import Foundation
import Testing

@Suite("cam") struct CamCommandTests {
  static let scene = Repository.path("model/pictures/scene.png")

  /// Copies of a picture in a folder, and broken ones among them.
  private func gallery(_ count: Int, in folder: Folder) throws -> String {
    let picture = try Repository.bytes("model/pictures/scene.jpg")
    let gallery = folder.url.appending(path: "gallery")
    try FileManager.default.createDirectory(
      at: gallery.appending(path: "more"), withIntermediateDirectories: true)
    for index in 0..<count {
      let place = index % 2 == 0 ? "more/\(index).jpg" : "\(index).jpg"
      try Data(picture).write(to: gallery.appending(path: place))
    }
    return gallery.path
  }

  private func cam(_ arguments: String..., in folder: URL? = nil) throws -> CommandRun {
    try CommandRun(
      ["cam", "--model", "densenet-mini"] + arguments, in: folder, environment: [:])
  }

  struct Row: Decodable {
    struct Entry: Decodable {
      var index: Int
      var label: String
      var probability: Double
    }
    var image: String
    var top: [Entry]
    var output: String?
  }

  private func rows(_ run: CommandRun) throws -> [Row] {
    try run.output.split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  @Test("takes folders, patterns and names on standard input, in order") func sources() throws {
    let folder = try Folder()
    let gallery = try gallery(5, in: folder)
    let inFolder = try rows(try cam(gallery, "--format", "jsonl", "-o", folder.path("maps")))
    #expect(
      inFolder.map(\.image)
        == ["1.jpg", "3.jpg", "more/0.jpg", "more/2.jpg", "more/4.jpg"].map { "\(gallery)/\($0)" })
    #expect(
      inFolder.compactMap(\.output)
        == ["1.png", "3.png", "more/0.png", "more/2.png", "more/4.png"].map {
          folder.path("maps/\($0)")
        })
    for row in inFolder {
      #expect(FileManager.default.fileExists(atPath: row.output ?? ""))
    }
    let matched = try rows(try cam("\(gallery)/*.jpg", "--format", "jsonl"))
    #expect(matched.map(\.image) == ["\(gallery)/1.jpg", "\(gallery)/3.jpg"])
    let list = try folder.write("list", Array("\(gallery)/3.jpg\n\(gallery)/1.jpg\n".utf8))
    let piped = try CommandRun(
      executable: URL(filePath: "/bin/sh"),
      [
        "-c",
        "'\(CommandRun.executable.path)' cam - --model densenet-mini --format jsonl < '\(list)'",
      ])
    #expect(try rows(piped).map(\.image) == ["\(gallery)/3.jpg", "\(gallery)/1.jpg"])
  }

  @Test("draws PNG, PDF and SVG by the file's name", arguments: ["png", "pdf", "svg"])
  func formats(format: String) throws {
    let folder = try Folder()
    for style in ["seed", "panels"] {
      let output = folder.path("\(style).\(format)")
      let run = try cam(
        Self.scene, "--style", style, "--palette", "viridis", "--top", "2", "-o", output)
      #expect(run.status == 0, "\(run.error)")
      let start = try Data(contentsOf: URL(filePath: output)).prefix(5)
      #expect(
        [
          "png": Data([0x89, 0x50, 0x4E, 0x47, 0x0D]), "pdf": Data("%PDF-".utf8),
          "svg": Data("<?xml".utf8),
        ][format] == start)
    }
  }

  @Test("puts many photos on one sheet") func sheet() throws {
    let folder = try Folder()
    let gallery = try gallery(3, in: folder)
    let run = try cam(gallery, "--sheet", folder.path("sheet.png"))
    #expect(run.status == 0, "\(run.error)")
    #expect(FileManager.default.fileExists(atPath: folder.path("sheet.png")))
  }

  @Test(
    "refuses what cannot be",
    arguments: [
      (["--top", "0"], "--top"), (["--class", "nothing"], "no such class"),
      (["--class", "10"], "0 to 9"), (["--labels", "SHORT"], "3 labels"),
      (["--labels", "LATIN"], "UTF-8"), (["--labels", "MISSING"], "MISSING"),
      (["--method", "magic"], "grad-cam"), (["--palette", "pink"], "viridis"),
      (["--alpha", "2"], "--alpha"), (["--style", "plain", "-o", "x.pdf"], "PNG"),
      (["-o", "x.gif"], ".svg"), (["--maps", "x.txt"], ".npy"), (["--resume"], "--resume"),
      (["--resume", "--force", "-o", "x.png"], "not both"), (["-o", "EXISTS.png"], "--force"),
      (["--maps", "EXISTS.h5"], "--force"), (["--sheet", "EXISTS.png"], "--force"),
      (["--backend", "naive,tiled"], "--boxes"), (["--batch", "0"], "--batch"),
      (["--window", "8", "--stride", "9"], "--stride"),
    ])
  func refusals(arguments: [String], expected: String) throws {
    let folder = try Folder()
    _ = try folder.write("SHORT", Array("a\nb\nc\n".utf8))
    _ = try folder.write("LATIN", Array(repeating: 0xE4, count: 10))
    _ = try folder.write("EXISTS.png", [1])
    _ = try folder.write("EXISTS.h5", [1])
    let before = folder.contents
    let run = try CommandRun(
      ["cam", "--model", "densenet-mini", Self.scene] + arguments, in: folder.url, environment: [:])
    #expect(run.status == 2, "\(run.output)\(run.error)")
    #expect(run.error.contains(expected), "\(run.error)")
    #expect(folder.contents == before)
  }

  @Test("goes on after each kind of broken picture") func broken() throws {
    let folder = try Folder()
    let gallery = try gallery(2, in: folder)
    let good = try Repository.bytes("model/pictures/scene.png")
    var flipped = good
    flipped[good.count / 2] ^= 0x55
    let bad: [(String, [UInt8])] = [
      ("a.png", []), ("b.png", Array("no picture".utf8)), ("c.png", Array(good.dropLast(400))),
      ("d.png", flipped), ("e.jpg", good), ("f.jpg", Array(good.prefix(3))),
    ]
    for (name, bytes) in bad { _ = try folder.write("gallery/\(name)", bytes) }
    let run = try cam(gallery, "--format", "jsonl", "-o", folder.path("maps"))
    #expect(run.status == 2)
    #expect(try rows(run).count == 2)
    let lines = run.error.split(separator: "\n")
    #expect(lines.count == bad.count, "\(run.error)")
    for (line, (name, _)) in zip(lines, bad) { #expect(line.contains(name), "\(line)") }
  }

  @Test("goes on where it was cut off, repeats nothing and loses nothing", arguments: [1, 70])
  func resumed(lines: Int) throws {
    let folder = try Folder()
    let gallery = try gallery(160, in: folder)
    func arguments(_ name: String) -> [String] {
      [
        "cam", gallery, "--model", "densenet-mini", "--top", "2", "--format", "jsonl", "-o",
        folder.path(name), "--maps", folder.path("\(name).npy"), "--style", "plain",
      ]
    }
    let whole = try CommandRun(arguments("whole"), environment: [:])
    #expect(whole.status == 0, "\(whole.error)")

    let process = Process()
    process.executableURL = CommandRun.executable
    process.arguments = arguments("part")
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let journal = folder.url.appending(path: "part/results.jsonl")
    func journalLines() -> Int {
      let text = (try? Data(contentsOf: journal)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      // The first line, and one for each picture; others note drawings.
      return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .count { !$0.hasPrefix("{\"drawing\"") }
    }
    // It ends by itself if it is faster than this looks.
    while process.isRunning, journalLines() < lines { usleep(500) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let kept = journalLines()
    #expect(kept < 161, "it was not cut off")
    // As if it had been cut off in the middle of a line, too.
    let handle = try FileHandle(forWritingTo: journal)
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("{\"image\": \"x".utf8))
    try handle.close()

    let refused = try CommandRun(arguments("part"), environment: [:])
    #expect(refused.status == 2 && refused.error.contains("--resume"), "\(refused.error)")
    let resumed = try CommandRun(arguments("part") + ["--resume"], environment: [:])
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(resumed.output.replacing("/part/", with: "/whole/") == whole.output)
    #expect(journalLines() == 161)
    for row in try rows(whole) {
      let drawing = try #require(row.output)
      #expect(
        try Data(contentsOf: URL(filePath: drawing.replacing("/whole/", with: "/part/")))
          == Data(contentsOf: URL(filePath: drawing)))
    }
    func maps(_ name: String) throws -> Data {
      try Data(contentsOf: URL(filePath: folder.path("\(name).npy")))
    }
    #expect(try maps("part") == maps("whole"))
    #expect(folder.contents == ["gallery", "part", "part.npy", "whole", "whole.npy"])
  }

  @Test("takes away what a killed run was writing") func abandoned() throws {
    let folder = try Folder()
    let gallery = try gallery(2, in: folder)
    let parts = folder.url.appending(path: "maps.h5.parts")
    try FileManager.default.createDirectory(at: parts, withIntermediateDirectories: false)
    try Data([1, 2, 3]).write(to: parts.appending(path: "000001.h5.12.345.tmp"))
    let run = try cam(gallery, "--maps", folder.path("maps.h5"), "-o", folder.path("drawings"))
    #expect(run.status == 0, "\(run.error)")
    #expect(folder.contents == ["drawings", "gallery", "maps.h5"])
  }

  @Test("leaves nothing behind where there was nothing to map") func nothing() throws {
    let folder = try Folder()
    let bad = try folder.write("bad.png", [1, 2, 3])
    let run = try cam(bad, "--maps", folder.path("x.h5"), "-o", folder.path("x.png"))
    #expect(run.status == 2 && run.error.contains("bad.png"))
    #expect(folder.contents == ["bad.png"])
  }

  @Test("does not mix results of different settings") func settings() throws {
    let folder = try Folder()
    let gallery = try gallery(3, in: folder)
    #expect(try cam(gallery, "-o", folder.path("maps")).status == 0)
    let other = try cam(gallery, "-o", folder.path("maps"), "--top", "2", "--resume")
    #expect(other.status == 2 && other.error.contains("classes"), "\(other.error)")
    let again = try cam(gallery, "-o", folder.path("maps"), "--resume")
    #expect(again.status == 0, "\(again.error)")
    #expect(try cam(gallery, "-o", folder.path("maps"), "--top", "2", "--force").status == 0)
  }

  @Test("has every method, and maps for any class") func methods() throws {
    for method in ["grad-cam", "xgrad-cam", "hires-cam", "layer-cam", "ablation-cam", "score-cam"] {
      let run = try cam(
        Self.scene, "--method", method, "--channel-limit", "4", "--class", "3", "--class", "7",
        "--top", "1", "--format", "jsonl")
      #expect(run.status == 0, "\(run.error)")
      let top = try #require(try rows(run).first).top
      #expect(top.count == 3 && Set(top.map(\.index)).isSuperset(of: [3, 7]))
      #expect(top.map(\.probability) == top.map(\.probability).sorted(by: >))
    }
    let run = try cam(
      Self.scene, "--method", "occlusion", "--window", "32", "--stride", "32", "--format", "jsonl")
    #expect(run.status == 0, "\(run.error)")
  }

  @Test("scores maps against boxes, and holds backends against each other") func boxes() throws {
    let folder = try Folder()
    _ = try folder.write("scene.png", Repository.bytes("model/pictures/scene.png"))
    let boxes = try folder.write(
      "boxes.json",
      Array(
        """
        {"images": [{"id": 1, "file_name": "scene.png", "width": 320, "height": 256}],
         "categories": [{"id": 3, "name": "thing"}],
         "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [10, 20, 300, 200]}]}
        """.utf8))
    let run = try cam("--boxes", boxes, "--backend", "all", "--format", "json")
    #expect(run.status == 0, "\(run.error)")
    struct Result: Decodable {
      struct Localization: Decodable {
        struct Backend: Decodable {
          struct Row: Decodable {
            var name: String
            var count: Int
            var pointing: Double
          }
          struct Changes: Decodable {
            var unchanged: Bool
          }
          var backend: String
          var rows: [Row]
          var changes: Changes?
        }
        var backends: [Backend]
      }
      var pictures: [Row]
      var localization: Localization
    }
    let result = try JSONDecoder().decode(Result.self, from: Data(run.output.utf8))
    #expect(result.pictures.map(\.image) == [folder.path("scene.png")])
    #expect(result.localization.backends.count == 5)
    #expect(result.localization.backends.dropFirst().allSatisfy { $0.changes?.unchanged == true })
    #expect(result.localization.backends[0].rows.map(\.name) == ["class 3", "all"])
    #expect(result.localization.backends[0].rows.allSatisfy { $0.count == 1 })
    let table = try cam("--boxes", boxes)
    #expect(table.status == 0 && table.output.contains("MaxBoxAcc"))
    #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let wrong = try folder.write("wrong.json", Array("{}".utf8))
    #expect(try cam("--boxes", wrong).status == 2)
  }
}
