import Bench
import Foundation
import Report
import Testing
import Verify

@testable import densecam

/// Commands that are printed to be pasted name layers that others have named.
@Suite("Printed commands") struct RerunTests {
  static let names = [
    "conv0": "$(touch X)", "DBstage1_unit1_conv2": "a(b';touch X;'\"|`touch X`\\",
  ]

  /// Pastes a command into a shell, in a folder of its own.
  func paste(_ line: String, _ folder: Folder) throws -> CommandRun {
    try CommandRun(
      executable: URL(filePath: "/bin/sh"), ["-c", line], in: folder.url,
      environment: [
        "PATH": CommandRun.executable.deletingLastPathComponent().path + ":/usr/bin:/bin"
      ])
  }

  @Test(
    "of bisect judge the layer that they name and run nothing else",
    arguments: names.values.sorted())
  func bisect(name: String) throws {
    let folder = try Folder()
    let checkpoint = try Checkpoint(in: folder, renaming: Self.names)
    let golden = try checkpoint.record("the golden.h5")
    let saved = try CommandRun(
      "verify", golden, "--model", checkpoint.model, "--backend", "tiled", "--feed", "isolated",
      "--format", "json")
    #expect(saved.status == 0, "\(saved.error)")
    let report = try VerifyReport(json: saved.output, name: "saved")
    let layers = report.goldens.flatMap(\.cases).flatMap(\.layers)
    // The bisection's run has a name of its own.
    let layer = try #require(layers.first { $0.layer == name })
    let command = try BisectCommand.parse([
      golden, "--bad", "tiled", "--model", checkpoint.model, "--threads", "2",
    ])
    let line = command.rerun(layer, on: report.context.machine)
    let before = folder.contents
    let run = try paste(line, folder)
    #expect(run.status == 0, "\(line): \(run.error)")
    #expect(run.output.contains("1 layer: 1 PASS"), "\(line): \(run.output)")
    #expect(run.output.contains(name))
    #expect(folder.contents == before)
    #expect(line.contains("--threads 2"))
  }

  @Test("of verify fail again, on the layer that they name") func verify() throws {
    let folder = try Folder()
    let checkpoint = try Checkpoint(in: folder, renaming: Self.names)
    let golden = try checkpoint.record("the golden.h5")
    let run = try CommandRun(
      "verify", golden, "--model", checkpoint.model, "--backend", "tiled", "--feed", "isolated",
      "--atol", "1e-30")
    #expect(run.status == 1)
    let before = folder.contents
    for name in Self.names.values {
      let lines = run.output.split(separator: "\n").map(String.init)
      let failure = try #require(lines.firstIndex { $0.hasPrefix("FAIL \(name) [") })
      let line = lines[failure + 2]
      let again = try paste(line, folder)
      #expect(again.status == 1, "\(line): \(again.error)")
      #expect(again.output.contains("1 layer: 0 PASS, 1 FAIL"), "\(line): \(again.output)")
      #expect(again.output.contains("FAIL \(name) ["))
      #expect(folder.contents == before)
    }
  }

  @Test("that goldens keep can be pasted") func header() throws {
    let folder = try Folder()
    let run = try CommandRun(
      ["golden", "record", "--model", "densenet-mini@1", "--taps", "^(relu1|fc1)$", "--image"]
        + [Repository.path("model/pictures/scene.png"), "-o", folder.path("a.h5")])
    #expect(run.status == 0, "\(run.error)")
    let info = try CommandRun("golden", "info", folder.path("a.h5"))
    #expect(
      info.output.contains("--taps '^(relu1|fc1)$' --image scene.png -o a.h5"), "\(info.output)")
  }
}
