import Foundation
import Testing

/// Results in files, judged again, and commands that are pasted.
@Suite("Results of densecam verify") struct VerifyResultsTests {
  static let golden = Repository.path("golden/densenet-mini.h5")

  /// Runs a line as somebody does who pastes it.
  static func paste(_ line: String) throws -> CommandRun {
    try CommandRun(
      executable: URL(filePath: "/bin/bash"), ["-c", line],
      environment: [
        "PATH": CommandRun.executable.deletingLastPathComponent().path + ":/usr/bin:/bin"
      ])
  }

  static func failures(_ run: CommandRun) -> [String] {
    run.output.split(separator: "\n").map(String.init).filter { $0.hasPrefix("FAIL ") }
  }

  static func commands(_ run: CommandRun) -> [String] {
    run.output.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("     ") && $0.contains("densecam verify ")
    }
  }

  @Test("come out of a file as they came out of the run, whatever the policy") func saved() throws {
    let folder = try Folder()
    let file = try folder.write(
      "our rules.json", "{\"rules\": [{\"match\": \"conv0\", \"atol\": 1e-30}]}".utf8)
    for options in [[], ["--policy", "bitwise"], ["--policy", file], ["--atol", "1"]] {
      let run = try CommandRun(
        ["verify", Self.golden, "--backend", "tiled,winograd", "--threads", "2"] + options)
      let saved = folder.path("results \(options.count) \(options.last?.suffix(4) ?? "").json")
      let save = try CommandRun(
        ["verify", Self.golden, "--backend", "tiled,winograd", "--threads", "2"] + options + [
          "--format", "json", "-o", saved,
        ])
      #expect(save.status == run.status && save.output.isEmpty, "\(save.error)")
      let again = try CommandRun("verify", "--from", saved)
      #expect(again.status == run.status)
      // The load of the machine, which a line tells, may have changed meanwhile.
      func lines(_ run: CommandRun) -> [Substring] {
        run.output.split(separator: "\n").filter { !$0.contains(", load ") }
      }
      #expect(lines(again) == lines(run))
      let json = try CommandRun("verify", "--from", saved, "--format", "json")
      #expect(json.output == (try String(contentsOfFile: saved, encoding: .utf8)))
    }
    #expect(folder.contents.count == 5)
  }

  @Test("are kept as far as they had come when the run was killed") func killed() throws {
    let folder = try Folder()
    let file = folder.path("results.jsonl")
    #expect(FileManager.default.createFile(atPath: file, contents: nil))
    let process = Process()
    process.executableURL = CommandRun.executable
    process.arguments = [
      "verify", "--problems", "random:100000", "--backend", "naive", "--format", "jsonl",
    ]
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: file))
    process.standardError = FileHandle.nullDevice
    try process.run()
    func lineCount() throws -> Int {
      try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count
    }
    let end = ContinuousClock.now + .seconds(60)
    while try lineCount() < 5, ContinuousClock.now < end { usleep(10_000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let count = try lineCount()
    #expect(count >= 5)
    let run = try CommandRun("verify", "--from", file)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("did not come to its end"))
    // The first line tells what is run, and the last may be cut.
    #expect(
      run.output.contains("\(count - 1) layers: ") || run.output.contains("\(count - 2) layers: "))
  }

  @Test("fail the same way again in a folder that nobody would make", arguments: [false, true])
  func pasted(isSaved: Bool) throws {
    let folder = try Folder()
    let name = "it's $HOME; \"ö\"\u{301} 'x'\u{301}\n-f"
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: name), withIntermediateDirectories: false)
    let golden = folder.path(name + "/--force.h5")
    try FileManager.default.copyItem(atPath: Self.golden, toPath: golden)
    let policy = try folder.write(
      "it's ours.json", "{\"rules\": [{\"match\": \"unit2_conv2$\", \"max_ulp\": 0.25}]}".utf8)
    var run = try CommandRun(
      "verify", golden, "--backend", "tiled", "--policy", policy, "--threads", "1", "--no-fuse",
      "--model", "densenet-mini@1", "--feed", "isolated", "--format", isSaved ? "json" : "table")
    if isSaved {
      let saved = try folder.write("r.json", run.output.utf8)
      run = try CommandRun("verify", "--from", saved)
    }
    #expect(run.status == 1)
    let commands = Self.commands(run)
    #expect(commands.count == 4 && commands.count == Self.failures(run).count)
    let command = try #require(commands.last)
    for option in ["--threads 1", "--no-fuse", "--model densenet-mini@1", "--feed isolated"] {
      #expect(command.contains(option))
    }
    let again = try Self.paste(command)
    #expect(again.status == 1, "\(again.error)")
    #expect(Self.failures(again) == Self.failures(run).suffix(1))
    #expect(folder.contents.count == (isSaved ? 3 : 2))
  }

  @Test("name the instruction set that was forced") func forced() throws {
    let run = try CommandRun(
      ["verify", Self.golden, "--backend", "tiled", "--rtol", "0", "--match", "^conv0$"],
      environment: ["DENSECAM_ISA": "baseline"])
    let command = try #require(Self.commands(run).first)
    #expect(command.contains("DENSECAM_ISA=baseline "))
    #expect(command.contains(" densecam verify ") && command.contains(" --rtol 0.0 "))
    let again = try Self.paste(command)
    #expect(Self.failures(again).first == Self.failures(run).first)
  }

  @Test("of problems name the commands, too") func problems() throws {
    let folder = try Folder()
    let saved = folder.path("r.json")
    let save = try CommandRun(
      "verify", "--problems", "random:4@3", "--backend", "tiled", "--policy", "bitwise",
      "--format", "json", "-o", saved)
    #expect(save.status == 1)
    let run = try CommandRun("verify", "--from", saved)
    #expect(run.status == 1)
    let command = try #require(Self.commands(run).first)
    let again = try Self.paste(command)
    #expect(again.status == 1)
    #expect(Self.failures(again).first == Self.failures(run).first)
    // By the derived bounds, nothing is wrong.
    #expect(try CommandRun("verify", "--from", saved, "--policy", "bound").status == 0)
  }

  @Test("are written whole or not at all, and over nothing that matters") func destination() throws
  {
    let folder = try Folder()
    let arguments = [
      "verify", Self.golden, "--backend", "tiled", "--feed", "isolated", "--match", "conv0",
    ]
    let there = try folder.write("there.csv", "old".utf8)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: there)
    for (path, part) in [
      (there, "--force"), (folder.path("no/x.csv"), "no/x.csv"), (folder.url.path, "exists"),
    ] {
      let run = try CommandRun(arguments + ["--format", "csv", "-o", path])
      #expect(run.status == 2 && run.output.isEmpty && run.error.contains(part), "\(run.error)")
    }
    // A pipe of the test's own stands for devices: code that is broken would replace what is named here.
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    for path in [folder.url.path, folder.path("link"), folder.path("pipe")] {
      let run = try CommandRun(arguments + ["--format", "csv", "--force", "-o", path])
      #expect(run.status == 2 && run.error.contains("regular file"), "\(run.error)")
    }
    #expect(try String(contentsOfFile: there, encoding: .utf8) == "old")
    let run = try CommandRun(arguments + ["--format", "csv", "--force", "-o", there])
    #expect(run.status == 0 && run.output.isEmpty)
    #expect(try String(contentsOfFile: there, encoding: .utf8).hasPrefix("kind,golden,"))
    #expect(folder.contents == ["link", "pipe", "there.csv"])
  }

  @Test("take no other options with --from") func alone() throws {
    let folder = try Folder()
    let file = try folder.write("r.json", "{}".utf8)
    for options in [
      [Self.golden], ["--problems", "random:1"], ["--feed", "both"], ["--match", "a"],
      ["--images", "x"], ["--backend", "all"], ["--no-fuse"], ["--without-pass", "fuse-relu"],
      ["--model", "densenet-mini"], ["--threads", "1"], ["--policy", "exact"],
    ] {
      let run = try CommandRun(["verify", "--from", file] + options)
      #expect(run.status == 2 && run.output.isEmpty)
      #expect(run.error.hasPrefix("densecam: error: --"), "\(run.error)")
      #expect(run.error.split(separator: "\n").count == 1)
    }
    for text in ["{}", "[", "\u{FEFF}{}", "{\"context\": {}}"] {
      let run = try CommandRun("verify", "--from", try folder.write("r.json", text.utf8))
      #expect(run.status == 2 && run.error.contains("r.json is not a report"), "\(run.error)")
      #expect(run.error.split(separator: "\n").count == 1)
    }
  }
}
