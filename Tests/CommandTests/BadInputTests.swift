import Foundation
import Testing

/// Bad input gives one line that names the file and the cause, the right status, and no output.
@Suite("Bad input") struct BadInputTests {
  func expect(
    _ run: CommandRun, status: Int32 = 2, naming words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == status, "\(run.error)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    let lines = run.error.split(separator: "\n")
    #expect(lines.count == 1, "\(run.error)", sourceLocation: sourceLocation)
    for word in words {
      #expect(run.error.contains(word), "\(run.error)", sourceLocation: sourceLocation)
    }
  }

  @Test("pictures") func pictures() throws {
    let folder = try Folder()
    let png = try Repository.bytes("model/pictures/scene.png")
    let jpeg = try Repository.bytes("model/pictures/scene.jpg")
    func cam(_ image: String) throws -> CommandRun {
      try CommandRun("cam", image, "--model", "densenet-mini", "-o", folder.path("out.png"))
    }
    expect(try cam(folder.path("no.jpg")), naming: "no.jpg")
    expect(try cam(folder.write("empty.png", [])), naming: "empty.png")
    expect(try cam(folder.write("short.png", png.prefix(png.count / 2))), naming: "short.png")
    expect(try cam(folder.write("short.jpg", jpeg.prefix(jpeg.count / 2))), naming: "short.jpg")
    expect(try cam(folder.write("lie.jpg", png)), naming: "lie.jpg", "PNG")
    expect(try cam(folder.write("text.png", Array("hello".utf8))), naming: "text.png")
    // The sides of a PNG are bytes 16 to 23; their checksum is wrong then, too, but the sides are
    // looked at first.
    func sized(_ side: Int) -> [UInt8] {
      var bytes = png
      for (i, shift) in [24, 16, 8, 0].enumerated() {
        bytes[16 + i] = UInt8(side >> shift & 255)
        bytes[20 + i] = UInt8(side >> shift & 255)
      }
      return bytes
    }
    expect(try cam(folder.write("nothing.png", sized(0))), naming: "nothing.png")
    expect(try cam(folder.write("huge.png", sized(30_000))), naming: "huge.png")
    #expect(!folder.contents.contains("out.png"))
  }

  @Test("outputs") func outputs() throws {
    let folder = try Folder()
    let scene = Repository.path("model/pictures/scene.png")
    func cam(_ output: String) throws -> CommandRun {
      try CommandRun("cam", scene, "--model", "densenet-mini", "-o", output)
    }
    expect(try cam("/no/such/folder/out.png"), naming: "/no/such/folder/out.png")
    expect(try cam(folder.path("out.gif")), naming: "out.gif", ".png, .pdf or .svg")
    let there = try folder.write("there.png", [1, 2, 3])
    expect(try cam(there), naming: "there.png", "--force")
    #expect(try Data(contentsOf: URL(filePath: there)) == Data([1, 2, 3]))
    #expect(folder.contents == ["there.png"])
  }

  @Test("checkpoints") func checkpoints() throws {
    let folder = try Folder()
    let made = try CommandRun("export", "densenet-mini@1", folder.path("mini") + ":0")
    #expect(made.status == 0, "\(made.error)")
    let symbol = try String(contentsOfFile: folder.path("mini-symbol.json"), encoding: .utf8)
    let weights = Array(try Data(contentsOf: folder.url.appending(path: "mini-0000.params")))
    func layers(_ symbol: String, _ weights: some Sequence<UInt8>) throws -> CommandRun {
      _ = try folder.write("x-symbol.json", symbol.utf8)
      _ = try folder.write("x-0000.params", weights)
      return try CommandRun("list", "layers", "--model", folder.path("x") + ":0")
    }
    #expect(try layers(symbol, weights).status == 0)
    for share in [0, 7, 24, 100, weights.count / 2, weights.count - 1] {
      expect(try layers(symbol, weights.prefix(share)), naming: "x-0000.params")
    }
    var many = weights
    for i in 16..<24 { many[i] = 0xFF }
    expect(try layers(symbol, many), naming: "x-0000.params")
    expect(
      try layers(symbol.replacing("\"Concat\"", with: "\"Frobnicate\""), weights),
      naming: "x-symbol.json", "Frobnicate", "concat")
    expect(try layers("[1, 2]", weights), naming: "x-symbol.json")
    expect(try layers("{\"nodes\": []}", weights), naming: "x-symbol.json")
    expect(
      try layers(symbol.replacing("bn1_gamma", with: "bn1_other"), weights), naming: "bn1_")
    expect(
      try layers(
        """
        {"nodes": [{"op": "null", "name": "data", "inputs": []},
        {"op": "Activation", "name": "a", "attrs": {"act_type": "relu"}, "inputs": [[2, 0]]},
        {"op": "Activation", "name": "b", "attrs": {"act_type": "relu"}, "inputs": [[1, 0]]}],
        "heads": [[2, 0]]}
        """, weights), naming: "x-symbol.json", "cycle")
    expect(
      try CommandRun("list", "layers", "--model", folder.path("none") + ":0"),
      naming: "none-symbol.json")
  }

  @Test("goldens") func goldens() throws {
    let folder = try Folder()
    func verify(_ arguments: String...) throws -> CommandRun {
      try CommandRun(
        "verify", arguments[0], "--backend", "naive",
        "--model", arguments.count > 1 ? arguments[1] : "densenet-mini@1")
    }
    expect(try verify(folder.path("no.h5")), status: 4, naming: "no.h5", "golden record")
    expect(
      try verify(folder.write("text.h5", Array("text".utf8))), status: 4, naming: "text.h5")
    let golden = Repository.path("golden/densenet-mini.h5")
    expect(try verify(golden, "densenet-mini@2"), status: 4, naming: "densenet-mini.h5")
    let bytes = try Repository.bytes("golden/densenet-mini.h5")
    expect(
      try verify(folder.write("short.h5", bytes.prefix(bytes.count / 2))), status: 4,
      naming: "short.h5")
    let empty = try CommandRun("verify", in: folder.url)
    expect(empty, status: 4, naming: "golden")
  }

  @Test("options") func options() throws {
    let scene = Repository.path("model/pictures/scene.png")
    let golden = Repository.path("golden/densenet-mini.h5")
    expect(try CommandRun("verify", golden, "--backend", "cuda"), naming: "cuda", "naive")
    expect(try CommandRun("verify", golden, "--threads", "0"), naming: "0")
    expect(try CommandRun("verify", golden, "--threads", "10000"), naming: "10000")
    expect(try CommandRun("verify", golden, "--match", "("), naming: "(")
    expect(
      try CommandRun(
        "verify", golden, "--backend", "naive", "--match", "no such layer",
        "--feed", "isolated"), status: 5, naming: "no such layer")
    expect(
      try CommandRun("doctor", environment: ["DENSECAM_ISA": "sse9"]), naming: "sse9", "baseline")
    expect(
      try CommandRun("cam", scene, "--model", "vgg", "-o", "x.png"), naming: "vgg", "densenet169")
    expect(
      try CommandRun(
        "cam", scene, "--model", "densenet-mini", "--size", "8x8", "-o", "x.png"), naming: "8")
    expect(
      try CommandRun(
        "cam", scene, "--model", "densenet-mini", "--class", "tabby", "-o", "x.png"),
      naming: "tabby")
    expect(try CommandRun("bench", "--batch", "0"), naming: "--batch")
    expect(
      try CommandRun("bench", "--model", "densenet-mini", "--size", "16x224"), naming: "TBstage3")
    expect(
      try CommandRun("bench", "--model", "densenet-mini", "--batch", "100000000"),
      naming: "100000000")
    // Fits the address space, but no machine's memory.
    expect(
      try CommandRun("bench", "--model", "densenet-mini", "--batch", "170000"), naming: "GiB")
    expect(try CommandRun("bench", "--threads", "-1"), naming: "-1")
  }
}
