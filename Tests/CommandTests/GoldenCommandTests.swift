import Foundation
import Glibc
import Testing

@Suite("The golden command") struct GoldenCommandTests {
  static let mini = Repository.path("golden/densenet-mini.h5")
  static let foreign = Repository.path("golden/densenet-mini-mxnet.h5")

  /// Expects one line that names a golden and the cause, no output and nothing written.
  func expectRefusal(
    _ run: CommandRun, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == 4, "\(run.error)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    for word in words {
      #expect(run.error.contains(word), "\(run.error)", sourceLocation: sourceLocation)
    }
  }

  /// Records a small golden.
  func record(
    _ folder: Folder, taps: String = ".", scale: String = "256", overwriting: Bool = false
  ) throws -> CommandRun {
    try CommandRun(
      "golden", "record", "--model", "densenet-mini@1", "--image",
      Repository.path("model/pictures/scene.png"), "--taps", taps, "--scale", scale,
      overwriting ? "--allow-overwrite" : "--threads=2", "-o", folder.path("a.h5"))
  }

  @Test("records where a golden comes from, and shows it") func provenance() throws {
    let folder = try Folder()
    #expect(try record(folder, taps: "^relu").status == 0)
    let info = try CommandRun("golden", "info", folder.path("a.h5"), "--all")
    #expect(info.status == 0)
    for line in [
      "  instructions   ", "  BLAS           OpenBLAS", "  Swift          6",
      "  f32 noise of   naive on baseline", "1×3×64×64 sha256 4dc8253229e5",
      "activations    2, as recorded", "logits         f32 noise ", "relu1 1×32×2×2, f32 noise ",
    ] { #expect(info.output.contains(line), "\(info.output)") }
    // A file of another generator has none of this.
    let foreign = try CommandRun("golden", "info", Self.foreign)
    #expect(foreign.status == 0)
    #expect(!foreign.output.contains("noise") && !foreign.output.contains("as recorded"))
    let check = try CommandRun("golden", "check", folder.path("a.h5"))
    #expect(check.status == 0, "\(check.output)\(check.error)")
  }

  @Test("says what recording over a golden changed") func overwriting() throws {
    let folder = try Folder()
    let first = try record(folder, taps: "^relu")
    #expect(!first.output.contains("before"))
    let refused = try record(folder)
    #expect(refused.status == 2 && refused.error.contains("--allow-overwrite"))
    let same = try record(folder, taps: "^relu", overwriting: true)
    #expect(same.output.contains("against the file before: all 10 arrays"), "\(same.output)")
    #expect(same.output.contains("have the same bits"))
    let darker = try record(folder, taps: "^relu", scale: "255", overwriting: true)
    #expect(darker.status == 0)
    let line = try #require(darker.output.split(separator: "\n").last)
    #expect(line.contains("arrays differ, most of all "), "\(line)")
    #expect(line.hasSuffix("; the inputs changed; the model is the same"))
    _ = try folder.write("a.h5", Array("text".utf8))
    let replaced = try record(folder, overwriting: true)
    #expect(replaced.status == 0)
    #expect(replaced.output.contains("could not be compared"))
    #expect(folder.contents == ["a.h5"])
  }

  @Test("shows what differs, at 80 columns") func table() throws {
    let run = try CommandRun("golden", "diff", Self.mini, Self.foreign)
    #expect(run.status == 1)
    let lines = run.output.split(separator: "\n")
    let rule = try #require(lines.firstIndex { $0.hasPrefix("───") })
    let table = lines[(rule - 1)...]
    let listed = table.dropFirst(2).prefix(10)
    #expect(table.prefix(12).allSatisfy { $0.count <= 80 })
    // The relative L2 distances go down.
    let distances = listed.compactMap { Double($0.split(separator: " ")[4]) }
    #expect(distances.count == 10)
    #expect(distances == distances.sorted(by: >))
    #expect(run.output.contains("of 87 arrays differ; 10 are shown"))
    #expect(run.output.contains("generator            densecam → mxnet"))
    let last = try #require(lines.last)
    #expect(last.hasPrefix("model and inputs are the same; the generator changed; "))
    #expect(last.contains("times the f32 noise floor"))
    let all = try CommandRun("golden", "diff", Self.mini, Self.foreign, "--all")
    #expect(all.output.split(separator: "\n").count == lines.count + 77)
  }

  @Test("gives the same as JSON") func json() throws {
    let folder = try Folder()
    #expect(try record(folder).status == 0)
    struct Result: Decodable {
      struct Change: Decodable {
        var side: String
        var attribute: String
      }
      struct Array: Decodable {
        var `case`: String
        var array: String
        var old_shape: [Int]
        var differing: Int
        var max_ulp: Int
        var relative_l2: Double
        var f32_noise: Double?
        var within_noise: Bool?
      }
      var identical: Bool
      var explanation: String
      var changes: [Change]
      var only_in_old: [String]
      var arrays: [Array]
    }
    func diff(_ old: String, _ new: String) throws -> (status: Int32, result: Result) {
      let run = try CommandRun("golden", "diff", old, new, "--format", "json")
      return (run.status, try JSONDecoder().decode(Result.self, from: Data(run.output.utf8)))
    }
    let other = try diff(folder.path("a.h5"), Self.foreign)
    #expect(other.status == 1 && !other.result.identical)
    #expect(other.result.changes.contains { $0.attribute == "reference_precision" })
    let relu = try #require(other.result.arrays.first { $0.array == "relu1" })
    #expect(relu.case == "scene.png" && relu.old_shape == [1, 32, 2, 2])
    #expect(relu.differing > 0 && relu.max_ulp > 0 && relu.relative_l2 > 0)
    #expect(relu.within_noise == (relu.relative_l2 <= relu.f32_noise ?? 0))
    // Recorded anew, the values are those of the repository on every machine.
    let same = try diff(Self.mini, folder.path("a.h5"))
    #expect(same.status == 0 && same.result.identical)
    #expect(same.result.arrays.allSatisfy { $0.differing == 0 && $0.relative_l2 == 0 })
  }

  @Test("helps with examples") func help() throws {
    let run = try CommandRun("golden", "diff", "--help")
    #expect(run.status == 0)
    #expect(run.output.contains("EXAMPLES") && run.output.contains("EXIT STATUS"))
  }

  @Test("refuses damaged files") func damaged() throws {
    let folder = try Folder()
    let bytes = try Repository.bytes("golden/densenet-mini.h5")
    let short = try folder.write("short.h5", bytes.prefix(bytes.count - 1))
    expectRefusal(try CommandRun("verify", short), "short.h5: is cut short; restore it")
    expectRefusal(try CommandRun("golden", "check", short), "short.h5: is cut short; restore it")
    expectRefusal(try CommandRun("golden", "diff", Self.mini, short), "short.h5: is cut short")
    expectRefusal(try CommandRun("golden", "diff", short, Self.mini), "short.h5: is cut short")
    expectRefusal(
      try CommandRun("golden", "diff", folder.path("no.h5"), Self.mini), "there is no such golden")
    // Most of the file is elements of activations.
    var flipped = bytes
    flipped[bytes.count / 2] ^= 1
    let path = try folder.write("flipped.h5", flipped)
    for run in [
      try CommandRun("verify", path, "--backend", "naive"), try CommandRun("golden", "check", path),
      try CommandRun("golden", "diff", Self.mini, path),
    ] {
      expectRefusal(
        run, "flipped.h5: is damaged: /cases/scene.png/activations/",
        "fails its checksum; restore it")
    }
    #expect(folder.contents == ["flipped.h5", "short.h5"])
  }

  @Test("refuses a file that another program is writing") func inUse() throws {
    let folder = try Folder()
    let path = try folder.write("a.h5", Repository.bytes("golden/densenet-mini.h5"))
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    // The lock that the HDF5 library takes for writing.
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    for run in [
      try CommandRun("verify", path), try CommandRun("golden", "info", path),
      try CommandRun("golden", "diff", Self.mini, path),
    ] { expectRefusal(run, "a.h5: is open in another program", "try again") }
    #expect(flock(descriptor, LOCK_UN) == 0)
    #expect(try CommandRun("golden", "diff", Self.mini, path).status == 0)
  }
}
