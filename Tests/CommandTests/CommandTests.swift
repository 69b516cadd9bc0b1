import Foundation
import Testing

@Suite("The command") struct CommandTests {
  @Test("explains a picture") func cam() throws {
    let folder = try Folder()
    let output = folder.path("map.png")
    let run = try CommandRun(
      "cam", Repository.path("model/pictures/scene.jpg"), "--model", "densenet-mini", "--top", "3",
      "--format", "json", "--style", "plain", "-o", output)
    #expect(run.status == 0, "\(run.error)")
    struct Result: Decodable {
      struct Entry: Decodable {
        var index: Int
        var probability: Double
        var logit: Double
        var peak: [Int]
      }
      var image: String
      var top: [Entry]
      var output: String
    }
    let results = try JSONDecoder().decode([Result].self, from: Data(run.output.utf8))
    #expect(results.count == 1)
    #expect(results[0].output == output)
    #expect(results[0].top.count == 3)
    #expect(results[0].top.map(\.probability) == results[0].top.map(\.probability).sorted(by: >))
    #expect(results[0].top.allSatisfy { $0.peak.count == 2 })
    let png = try Data(contentsOf: URL(filePath: output))
    // Three panels of 64×64 pixels: bytes 16 to 23 are the sides.
    #expect(Array(png[16..<24]) == [0, 0, 0, 192, 0, 0, 0, 64])
    #expect(folder.contents == ["map.png"])
  }

  @Test("draws the same bytes with any number of threads") func deterministic() throws {
    let folder = try Folder()
    var pictures: Set<Data> = []
    for threads in ["1", "2", "5"] {
      let output = folder.path("\(threads).png")
      let run = try CommandRun(
        "cam", Repository.path("model/pictures/scene.png"), "--model", "densenet-mini",
        "--threads", threads, "-o", output)
      #expect(run.status == 0)
      pictures.insert(try Data(contentsOf: URL(filePath: output)))
    }
    #expect(pictures.count == 1)
  }

  @Test("goes on after a bad picture, and says so") func several() throws {
    let folder = try Folder()
    let bad = try folder.write("bad.jpg", [1, 2, 3])
    let run = try CommandRun(
      "cam", bad, Repository.path("model/pictures/scene.jpg"), "--model", "densenet-mini", "-o",
      folder.path("maps"))
    #expect(run.status == 2)
    #expect(run.error.contains("bad.jpg"))
    #expect(FileManager.default.fileExists(atPath: folder.path("maps/scene.png")))
  }

  @Test("puts two pictures of one name into two files") func sameName() throws {
    let folder = try Folder()
    let run = try CommandRun(
      "cam", Repository.path("model/pictures/scene.jpg"),
      Repository.path("model/pictures/scene.png"), "--model", "densenet-mini", "-o",
      folder.path("maps"), "--force")
    #expect(run.status == 0, "\(run.error)")
    let drawings = try ["maps/scene.png", "maps/scene.png.png"].map {
      try Data(contentsOf: folder.url.appending(path: $0))
    }
    #expect(drawings[0] != drawings[1])
  }

  @Test("verifies the committed goldens, and records one of them again to the bit")
  func goldens() throws {
    let golden = Repository.path("golden/densenet-mini.h5")
    let run = try CommandRun("verify", golden, "--format", "json")
    #expect(run.status == 0, "\(run.error)")
    struct Result: Decodable {
      struct Layer: Decodable {
        var layer: String
        var verdict: String
        var feed: String
      }
      var verdict: String
      var layers: [Layer]
    }
    let result = try JSONDecoder().decode(Result.self, from: Data(run.output.utf8))
    #expect(result.verdict == "PASS")
    #expect(result.layers.count > 100)
    let check = try CommandRun("golden", "check", golden)
    #expect(check.status == 0)
    #expect(check.output.contains("the same bits"))
    let info = try CommandRun("golden", "info", golden)
    #expect(info.output.contains("densenet-mini@1"))
  }

  @Test("holds itself against MXNet's golden") func mxnet() throws {
    let golden = Repository.path("golden/densenet-mini-mxnet.h5")
    let run = try CommandRun("verify", golden, "--model", "densenet-mini@1")
    #expect(run.status == 0, "\(run.output)\(run.error)")
    #expect(run.output.contains("mxnet"))
  }

  @Test("times with verdicts, in Google Benchmark's shape") func bench() throws {
    let run = try CommandRun(
      "bench", "--model", "densenet-mini", "--backend", "all", "--threads", "1,2",
      "--repetitions", "2", "--format", "json")
    #expect(run.status == 0, "\(run.error)")
    struct Result: Decodable {
      struct Entry: Decodable {
        var name: String
        var run_type: String
        var real_time: Double
        var time_unit: String
        var verdict: String?
      }
      var benchmarks: [Entry]
    }
    let result = try JSONDecoder().decode(Result.self, from: Data(run.output.utf8))
    let name = "densenet-mini@1/im2col-openblas/b1/t2/network"
    let samples = result.benchmarks.filter { $0.name == name && $0.run_type == "iteration" }
    #expect(samples.count == 2)
    #expect(samples.allSatisfy { $0.real_time > 0 && $0.verdict == "PASS" })
  }

  @Test("helps", arguments: [[], ["cam"], ["verify"], ["bench"], ["golden", "record"]])
  func help(words: [String]) throws {
    let run: CommandRun
    switch words.count {
    case 0: run = try CommandRun("--help")
    case 1: run = try CommandRun(words[0], "--help")
    default: run = try CommandRun(words[0], words[1], "--help")
    }
    #expect(run.status == 0)
    #expect(run.output.contains("EXAMPLES"))
  }
}
