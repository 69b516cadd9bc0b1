import Foundation
import Testing

@Suite("densecam verify") struct VerifyCommandTests {
  static let golden = Repository.path("golden/densenet-mini.h5")

  @Test("judges saved results again, as the run would have") func again() throws {
    let folder = try Folder()
    let saved = folder.path("results.json")
    let run = try CommandRun(
      "verify", Self.golden, "--backend", "tiled", "--format", "json", "-o", saved)
    #expect(run.status == 0 && run.output.isEmpty)
    for (options, status) in [
      ([], 0), (["--policy", "bitwise"], 1), (["--atol", "1"], 0), (["--rtol", "0"], 1),
    ] as [([String], Int32)] {
      let again = try CommandRun(["verify", "--from", saved] + options)
      let direct = try CommandRun(["verify", Self.golden, "--backend", "tiled"] + options)
      #expect(again.status == status, "\(options): \(again.error)")
      #expect(direct.status == status, "\(options)")
      #expect(again.output.split(separator: "\n").last == direct.output.split(separator: "\n").last)
    }
    let kept = try CommandRun("verify", "--from", saved, "-o", saved)
    #expect(kept.status == 2 && kept.error.contains("--force"))
    #expect(folder.contents == ["results.json"])
  }

  @Test("prints a command that fails the same way") func pasted() throws {
    let run = try CommandRun(
      "verify", Self.golden, "--backend", "tiled", "--policy", "bitwise", "--feed", "isolated",
      "--match", "stage2_unit1_conv2$")
    #expect(run.status == 1)
    try expectSameFailure(run)
  }

  @Test("prints a command for a failing problem, and one for a smaller problem") func problem()
    throws
  {
    let run = try CommandRun(
      "verify", "--problems", "random:6@3", "--backend", "tiled", "--policy", "bitwise")
    #expect(run.status == 1)
    try expectSameFailure(run)
    let smaller = try #require(run.output.split(separator: "\n").first { $0.contains("smaller: ") })
    let words = smaller.split(separator: " ").drop { $0 != "verify" }.map(String.init)
    #expect(try CommandRun(words).status == 1)
  }

  /// Runs the first command that a failure names and expects the same line of failure.
  private func expectSameFailure(_ run: CommandRun) throws {
    let lines = run.output.split(separator: "\n").map(String.init)
    let failure = try #require(lines.first { $0.hasPrefix("FAIL ") })
    let command = try #require(lines.first { $0.contains(" densecam verify ") })
    let words = command.split(separator: " ").drop { $0 != "verify" }.map {
      $0.trimmingCharacters(in: CharacterSet(charactersIn: "'"))
    }
    let again = try CommandRun(words)
    #expect(again.status == run.status)
    #expect(again.output.split(separator: "\n").contains { $0 == failure }, "\(again.output)")
  }

  @Test("computes problems from a list, from seeds, and one by itself") func problems() throws {
    let folder = try Folder()
    let list = try folder.write(
      "list.txt", "# two\nmb1ic3ih8oc4kh3ph1+bias\nmb1ic8ih5oc8kh1\n".utf8)
    for source in [list, "random:4@9", "mb1ic3ih8oc4kh3ph1,mb1ic3ih8oc4kh1"] {
      for policy in ["bound", "exact"] {
        let run = try CommandRun("verify", "--problems", source, "--policy", policy)
        #expect(run.status == 0, "\(source) \(policy): \(run.output) \(run.error)")
      }
    }
    let exact = try CommandRun("verify", Self.golden, "--policy", "exact", "--backend", "all")
    #expect(exact.status == 0, "\(exact.output)")
  }

  @Test("refuses what makes no sense, in one line") func refusals() throws {
    let folder = try Folder()
    let typo = try folder.write("typo.json", "{\"rules\": [{\"atoll\": 1}]}".utf8)
    let list = try folder.write("list.txt", "mb1ic3ih8oc4kh3\nmb1ic3ih8zz\n".utf8)
    for arguments in [
      ["--policy", typo], ["--policy", "strict"], ["--atol", "-1"], ["--rtol", "nan"],
      ["--policy", "bitwise", "--atol", "1"], ["--from", typo],
      ["--from", folder.path("none.json")],
      ["--problems", list], ["--problems", "random:0"], ["--problems", "mb1ic3"],
      ["--problems", folder.path("none.txt")], ["--problems", "mb1ic3ih8oc4kh1", Self.golden],
      ["--from", typo, "--policy", "exact"], ["--policy", folder.path("none.json")],
    ] {
      let run = try CommandRun(["verify"] + arguments)
      #expect(run.status == 2, "\(arguments): \(run.output) \(run.error)")
      #expect(run.error.hasPrefix("densecam: error: "), "\(run.error)")
      #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    }
    let nothing = try CommandRun(
      "verify", "--problems", "mb1ic3ih8oc4kh1", "--backend", "winograd")
    #expect(nothing.status == 5 && nothing.error.contains("nothing was compared"))
  }

  @Test("bisect finds nothing wrong with what is right") func bisect() throws {
    let run = try CommandRun("bisect", Self.golden, "--bad", "winograd")
    #expect(run.status == 0 && run.output.contains("no step of winograd breaks its own bound"))
    #expect(try CommandRun("bisect", Self.golden, "--bad", "nope").status == 2)
    #expect(try CommandRun("bisect", Self.golden, "--bad", "tiled", "--case", "x").status == 2)
  }

  @Test("selftest is sharp, and lists its faults") func selfTest() throws {
    let run = try CommandRun(
      "selftest", "--model", "none", "--backend", "tiled,winograd", "--seeds", "30")
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.contains("SHARP"))
    let list = try CommandRun("selftest", "--list")
    #expect(list.output.split(separator: "\n").count >= 25)
    #expect(try CommandRun("selftest", "--fault", "nope").status == 2)
  }
}
