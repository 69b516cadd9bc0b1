import Foundation
import Testing

@Suite("Options") struct OptionTests {
  @Test("draw larger, or scale the input, each by its own") func scales() throws {
    let folder = try Folder()
    struct Row: Decodable {
      struct Entry: Decodable {
        var logit: Double
      }
      var top: [Entry]
    }
    func cam(_ name: String, _ arguments: String...) throws -> (logit: Double, side: Int) {
      let run = try CommandRun(
        [
          "cam", Repository.path("model/pictures/scene.png"), "--model", "densenet-mini", "--style",
          "seed", "--format", "jsonl", "-o", folder.path(name),
        ] + arguments)
      #expect(run.status == 0, "\(run.error)")
      let row = try JSONDecoder().decode(Row.self, from: Data(run.output.utf8))
      let png = try Data(contentsOf: folder.url.appending(path: name))
      // The width of a PNG is bytes 16 to 19.
      return (row.top[0].logit, png[16..<20].reduce(0) { $0 << 8 | Int($1) })
    }
    let plain = try cam("plain.png", "--zoom", "5")
    let large = try cam("large.png", "--zoom", "7")
    let bright = try cam("bright.png", "--zoom", "5", "--scale", "128")
    #expect(large.logit == plain.logit && large.side > plain.side)
    #expect(bright.logit != plain.logit && bright.side == plain.side)
  }

  @Test("take a picture as it is") func resizeNone() throws {
    let scene = Repository.path("model/pictures/scene.png")
    let png = try Repository.bytes("model/pictures/scene.png")
    func side(_ start: Int) -> Int { png[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) } }
    let size = "\(side(16))x\(side(20))"
    func cam(_ arguments: String...) throws -> CommandRun {
      try CommandRun(["cam", scene, "--model", "densenet-mini", "--format", "json"] + arguments)
    }
    let asIs = try cam("--resize", "none")
    #expect(asIs.status == 0, "\(asIs.error)")
    #expect(asIs.output == (try cam("--resize", "none", "--size", size).output))
    #expect(asIs.output != (try cam().output))
    let other = try cam("--resize", "none", "--size", "224x224")
    #expect(other.status == 2 && other.error.contains("224x224"))
  }

  @Test("know the size that a network is made for") func inputSize() throws {
    let folder = try Folder()
    #expect(try CommandRun("export", "densenet-mini@1", folder.path("mini") + ":0").status == 0)
    let symbol = try String(contentsOfFile: folder.path("mini-symbol.json"), encoding: .utf8)
    let weights = try Data(contentsOf: folder.url.appending(path: "mini-0000.params"))
    func model(_ name: String, _ old: String, _ new: String) throws -> String {
      _ = try folder.write("\(name)-0000.params", weights)
      let text = symbol.replacing(old, with: new)
      #expect(text != symbol)
      _ = try folder.write("\(name)-symbol.json", text.utf8)
      return folder.path(name) + ":0"
    }
    func listed(_ model: String, _ arguments: String...) throws -> CommandRun {
      try CommandRun(["list", "layers", "--model", model] + arguments)
    }
    // The last map is pooled by a window of its own size, as in Inception v3: nine of 299 / 32.
    let pooling = "\"global_pool\": \"True\", \"kernel\": \"(7, 7)\""
    let fixed = "\"global_pool\": \"False\", \"kernel\": \"(9, 9)\""
    let inception = try model("inception", pooling, fixed)
    let layers = try listed(inception)
    #expect(layers.status == 0 && layers.output.contains("1×3×299×299"), "\(layers.error)")
    let explained = try CommandRun(
      "cam", Repository.path("model/pictures/scene.png"), "--model", inception)
    #expect(explained.status == 0, "\(explained.error)")
    // What the file declares comes first.
    let data = "{\"op\": \"null\", \"name\": \"data\", "
    let declared = try model(
      "declared", data, data + "\"attrs\": {\"__shape__\": \"(0, 3, 96, 160)\"}, ")
    #expect(try listed(declared).output.contains("1×3×96×160"))
    #expect(try listed(declared, "--size", "64x64").output.contains("1×3×64×64"))
    // No size fits a window that is never reached.
    let none = try model("none", pooling, fixed.replacing("(9, 9)", with: "(99, 99)"))
    let refused = try listed(none)
    #expect(
      refused.status == 2 && refused.error.contains("--size WIDTHxHEIGHT"), "\(refused.error)")
    #expect(try listed(none, "--size", "3168x3168").status == 0)
  }

  @Test("mean the goldens in a folder") func goldenFolder() throws {
    let folder = try Folder()
    for name in ["b.h5", "a.h5"] {
      _ = try folder.write(name, Repository.bytes("golden/densenet-mini.h5"))
    }
    _ = try folder.write("notes.txt", [1])
    let run = try CommandRun("golden", "info", folder.url.path)
    #expect(run.status == 0, "\(run.error)")
    let lines = run.output.split(separator: "\n").filter { $0.hasPrefix("/") }
    #expect(lines == [folder.path("a.h5")[...], folder.path("b.h5")[...]])
    let verified = try CommandRun(
      "verify", folder.url.path + "/", "--backend", "naive", "--match", "^conv0$")
    #expect(verified.status == 0, "\(verified.error)")
    let empty = try Folder()
    let refused = try CommandRun("verify", empty.url.path)
    #expect(refused.status == 4 && refused.error.contains("holds no goldens"), "\(refused.error)")
  }
}
