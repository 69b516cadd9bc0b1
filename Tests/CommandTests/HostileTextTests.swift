import Foundation
import HDF5
import Testing

@testable import densecam

/// What comes from a file or an argument cannot steer the terminal and cannot add lines.
@Suite("Hostile text") struct HostileTextTests {
  /// Colours, clears (with a control character of either set), turns the direction of writing and breaks
  /// the line, in every way that Unicode has.
  static let text =
    "a\u{1B}[31m\u{9B}2J\u{7F}\u{202E}b\u{2028}c\u{2029}d\u{85}e\u{7}\r\nverify: PASS\tf"

  static let shown =
    #"a\x1b[31m\u{9b}2J\x7f\u{202e}b\u{2028}c\u{2029}d\u{85}e\x07\r\nverify: PASS\tf"#

  func expectShown(
    _ run: CommandRun, _ text: String = shown, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let all = run.output + run.error
    #expect(
      all.contains(text), "\(run.status): \(all.debugDescription)", sourceLocation: sourceLocation)
    for scalar in all.unicodeScalars where scalar != "\n" {
      let isControl =
        [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
        || scalar.properties.isBidiControl
      #expect(!isControl, "U+\(String(scalar.value, radix: 16))", sourceLocation: sourceLocation)
      if isControl { break }
    }
  }

  func expectOneLine(
    _ run: CommandRun, _ text: String = shown, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectShown(run, text, sourceLocation: sourceLocation)
    let lines = run.error.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 2 && lines.last == "", "\(run.error)", sourceLocation: sourceLocation)
  }

  @Test(
    "in an argument stays on the line of the error",
    arguments: [
      ["verify", "@.h5"], ["verify", "=", "--match", "@("], ["verify", "--problems", "mb1@"],
      ["verify", "--problems", "@"], ["verify", "--backend", "@"], ["verify", "--from", "@"],
      ["verify", "--policy", "@.json"], ["verify", "-o", "/none/@"], ["golden", "info", "@"],
      ["golden", "check", "@"], ["golden", "diff", "@", "@"], ["bisect", "@", "--bad", "tiled"],
      ["bisect", "x", "--bad", "@"], ["cam", "@"], ["cam", "--boxes", "@"],
      ["cam", "x", "--model", "@"], ["cam", "x", "--model", "@:0"], ["cam", "x", "--labels", "@"],
      ["cam", "x", "--size", "@"], ["cam", "x", "-o", "@.gif"], ["cam", "x", "-o", "/none/@.png"],
      ["cam", "x", "--class", "@", "--model", "densenet-mini"], ["export", "@", "x:0"],
      ["export", "densenet-mini", "@"], ["list", "layers", "--model", "@"],
      ["bench", "--batch", "@"],
      ["bench", "--threads", "@"], ["selftest", "--fault", "@"],
      ["golden", "record", "--image", "@", "-o", "/none/x.h5"],
      ["golden", "record", "--image", "x", "--taps", "@(", "-o", "x.h5"],
    ])
  func argument(words: [String]) throws {
    let folder = try Folder()
    let run = try CommandRun(
      executable: CommandRun.executable,
      words.map {
        $0 == "=" ? Repository.path("golden/densenet-mini.h5") : $0.replacing("@", with: Self.text)
      },
      in: folder.url)
    #expect(run.status != 0)
    #expect(run.output.isEmpty)
    if words == ["cam", "x", "--size", "@"] || words.contains("/none/x.h5") || words[1] == "x" {
      // Another thing may be wrong first.
      for scalar in run.error.unicodeScalars { #expect(scalar == "\n" || scalar.value >= 0x20) }
    } else {
      expectOneLine(run)
    }
  }

  @Test(
    "in what the argument parser refuses adds no lines to its own",
    arguments: [
      ["@"], ["verify", "--@"], ["verify", "--format", "@"], ["verify", "--seed", "@"],
      ["list", "@"], ["cam", "--method", "@"], ["golden", "@"],
    ])
  func parser(words: [String]) throws {
    let run = try CommandRun(words.map { $0.replacing("@", with: Self.text) })
    let plain = try CommandRun(words.map { $0.replacing("@", with: "zzz") })
    #expect(run.status == 2)
    expectShown(run)
    #expect(run.error.count { $0 == "\n" } == plain.error.count { $0 == "\n" }, "\(run.error)")
  }

  @Test("in the title of a progress bar is escaped") func progress() {
    #expect(ProgressBar(Self.text).title == Self.shown)
  }

  @Test("in bytes that are not UTF-8 is shown by byte") func bytes() throws {
    let run = try CommandRun(
      executable: URL(filePath: "/bin/bash"),
      ["-c", #""$0" verify --format $'\xff\x9b\x1b[31m'"#, CommandRun.executable.path])
    #expect(run.status == 2)
    expectShown(run, #"'\xff\x9b\x1b[31m'"#)
  }

  @Test("in names of layers is escaped wherever layers are named") func layers() throws {
    let folder = try Folder()
    let checkpoint = try Checkpoint(
      in: folder, renaming: ["conv0": Self.text, "fc1": "z\u{1B}]0;title\u{7}"])
    expectShown(try CommandRun("list", "layers", "--model", checkpoint.model))
    let golden = try checkpoint.record()
    expectShown(try CommandRun("golden", "info", golden, "--all"))
    let other = Repository.path("golden/densenet-mini.h5")
    expectShown(try CommandRun("golden", "diff", golden, other, "--all"))
    func verify(_ arguments: String...) throws -> CommandRun {
      try CommandRun(
        ["verify", golden, "--model", checkpoint.model, "--backend", "tiled"] + arguments,
        environment: ["COLUMNS": "1000"])
    }
    expectShown(try verify("--all"))
    for format in ["table", "md"] {
      // Each failure names its layer and a command, which quotes it for a shell.
      let run = try verify("--atol", "1e-30", "--match", "verify: PASS", "--format", format)
      #expect(run.status == 1)
      if format == "table" { expectShown(run) }
      let lines = run.output.split(separator: "\n")
      #expect(lines.contains { $0.contains("densecam verify ") && $0.contains(#"\u{1b}\[31m"#) })
    }
    // JSON says the same without such characters, to the scalar.
    struct Result: Decodable {
      struct Layer: Decodable { var layer: String }
      var layers: [Layer]
    }
    let json = try verify("--match", "verify: PASS", "--format", "json")
    #expect(
      !json.output.unicodeScalars.contains {
        $0 != "\n" && $0.properties.generalCategory == .control
      })
    let result = try JSONDecoder().decode(Result.self, from: Data(json.output.utf8))
    #expect(
      result.layers.first?.layer.unicodeScalars.elementsEqual(Self.text.unicodeScalars) == true)
  }

  @Test("in the attributes of a golden is escaped") func attributes() throws {
    let folder = try Folder()
    let path = folder.path("a.h5")
    let file = try File(creating: path)
    for (name, value) in [
      ("schema", "densecam.golden/1"), ("generator", Self.text), ("generator_version", "1"),
      ("reference_precision", "f32"), ("model", "densenet-mini@1"), ("weights_sha256", ""),
      ("symbol_sha256", ""), ("created", ""), ("command", Self.text),
    ] { try file.root.attributes.set(value, for: name) }
    let one = try file.root.createGroup("cases").createGroup("one")
    try one.attributes.set(Self.text, for: "source")
    try one.createDataset("input", shape: [1, 3, 1, 1], elements: [1, 2, 3] as [Float])
    try file.close()
    let info = try CommandRun("golden", "info", path)
    #expect(info.status == 0)
    expectShown(info)
    #expect(info.output.contains("source         \(Self.shown) sha256"))
    #expect(info.output.contains("command        \(Self.shown)\n"))
    expectOneLine(try CommandRun("verify", path), "symbols differ")

    let schema = folder.path("b.h5")
    let other = try File(creating: schema)
    try other.root.attributes.set(Self.text, for: "schema")
    try other.close()
    expectOneLine(try CommandRun("verify", schema))
  }

  @Test("in names of pictures, labels and boxes is escaped") func pictures() throws {
    let folder = try Folder()
    // A file name holds all but a slash.
    let picture = try folder.write(
      Self.text + ".png", Repository.bytes("model/pictures/scene.png"))
    let labels = try folder.write(
      "labels.txt", Array((0..<10).map { "\u{1B}[3\($0)mlabel \($0)" }.joined(separator: "\n").utf8)
    )
    let run = try CommandRun(
      "cam", picture, "--model", "densenet-mini", "--labels", labels, "--maps", folder.path("a.npy")
    )
    #expect(run.status == 0, "\(run.error)")
    expectShown(run)
    expectShown(run, #"\x1b[3"#)
    #expect(run.output.split(separator: "\n").count == 2)
    let boxes = try folder.write(
      "boxes.json",
      Array(
        #"""
        {"images": [{"id": 1, "file_name": "x\u001b[31m\u009b\n.png", "width": 8, "height": 8}],
         "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "area": 4,
          "iscrowd": 0}], "categories": [{"id": 1, "name": "\u001b[32mcat\n"}]}
        """#.utf8))
    let scored = try CommandRun("cam", "--boxes", boxes, "--model", "densenet-mini")
    #expect(scored.status == 2)
    expectOneLine(scored, #"\x1b[3"#)
  }
}
