import Foundation
import Glibc
import TestSupport
import Testing

/// Results that nobody got are not a success.
@Suite("Output that cannot be written") struct OutputTests {
  static let golden = Repository.path("golden/densenet-mini.h5")
  static let scene = Repository.path("model/pictures/scene.png")

  static let plugin = try? CompiledPlugin("simple")

  /// Results that a page can be made of.
  static let results = try? SavedResults()

  struct SavedResults: Sendable {
    let folder: Folder
    let path: String

    init() throws {
      folder = try Folder()
      path = try ReportCommandTests.verify(into: folder)
    }
  }

  /// A folder of saved times, and the file in it.
  static let times: Folder? = {
    guard let folder = try? Folder() else { return nil }
    _ = try? CommandRun(
      [
        "bench", "--model", "densenet-mini", "--size", "64x64", "--threads", "1", "--repetitions",
        "30", "--save", folder.url.path,
      ], in: folder.url)
    return folder
  }()
  static let saved = times.flatMap { folder in
    folder.contents.first.map { folder.path($0) }
  }

  /// Every command that prints, in every format, on little work; `@` is a folder of the test's own.
  static let commands: [[String]] =
    ["table", "md", "csv", "json", "jsonl", "junit"].map {
      ["verify", golden, "--backend", "tiled", "--match", "^conv0$", "--format", $0]
    }
    + ["table", "json", "jsonl"].map {
      ["cam", scene, "--model", "densenet-mini", "--format", $0]
    }
    + ["table", "md", "json"].map {
      [
        "selftest", "--model", "none", "--seeds", "1", "--backend", "tiled", "--fault",
        "dropped-channel",
      ]
        + ["--format", $0]
    }
    + ["table", "md", "csv", "json", "jsonl", "junit"].map {
      [
        "bench", "--model", "densenet-mini", "--size", "64x64", "--repetitions", "1", "--format",
        $0,
      ]
    }
    + ["table", "md", "json"].map {
      ["golden", "diff", golden, Repository.path("golden/densenet-mini-mxnet.h5"), "--format", $0]
    }
    + ["table", "md", "json"].map { ["plan", "--model", "densenet-mini", "--format", $0] }
    + ["backends", "columns", "models", "passes", "layers"].map {
      ["list", $0, "--model", "densenet-mini"]
    }
    + [
      ["selftest", "--list"],
      ["verify", "--problems", "mb1ic3ih5oc4oh5kh3ph1", "--backend", "tiled"],
      ["bisect", golden, "--bad", "tiled"], ["golden", "info", golden],
      ["golden", "check", golden],
      ["golden", "record", "--model", "densenet-mini@1", "--image", scene, "-o", "@/a.h5"],
      ["export", "densenet-mini@1", "@/mini:0"], ["plugin", "new", "@/kernel"],
      ["plugin", "check", plugin?.path ?? "", "--seeds", "1"], ["doctor"],
      ["report", results?.path ?? ""],
      ["history", times?.url.path ?? ""], ["compare", saved ?? "", "--aa"],
      ["--help"], ["golden", "--help"],
      ["--version"], ["--generate-completion-script", "bash"], ["--experimental-dump-help"],
    ]

  /// Runs a command in a shell, with redirections behind it.
  func run(_ arguments: [String], _ redirections: String, in folder: Folder, before: String = "")
    throws -> CommandRun
  {
    try CommandRun(
      executable: URL(filePath: "/bin/bash"),
      ["-c", "\(before) \"$@\" \(redirections)", "bash", CommandRun.executable.path]
        + arguments.map { $0.replacing("@", with: folder.url.path) }, in: folder.url)
  }

  @Test("is an error with its cause", arguments: commands) func full(arguments: [String]) throws {
    let folder = try Folder()
    let arguments = arguments.map { $0.contains("densenet-mini@1") ? "densenet-mini" : $0 }
    let run = try run(arguments, "> /dev/full", in: folder)
    #expect(run.status == 2, "\(arguments): \(run.error)")
    #expect(
      run.error
        == "densecam: error: standard output: cannot be written: No space left on device\n",
      "\(arguments)")
  }

  /// The list above has every command: those that the configuration knows and that do more than hold others.
  @Test("is looked for in every command") func complete() throws {
    for (words, command) in try HelpTests.commands()
    where (command.subcommands ?? []).isEmpty && words.last != "kernel-host" {
      #expect(Self.commands.contains { $0.starts(with: words) }, "\(words)")
    }
  }

  @Test("ends quietly if the reader has gone", arguments: [commands[0], ["list", "layers"]])
  func pipe(arguments: [String]) throws {
    let folder = try Folder()
    // The reader has gone before anything is printed, or after a line.
    for reader in ["true", "head -1 > /dev/null"] {
      let run = try run(arguments, "| \(reader); exit ${PIPESTATUS[0]}", in: folder)
      #expect(run.error.isEmpty)
      #expect([0, 141].contains(run.status), "\(run.status)")
    }
    // Who started the command may have had it ignore the signal, or blocked it.
    let ignored = try run(
      arguments, "| true; exit ${PIPESTATUS[0]}", in: folder, before: "trap '' PIPE;")
    #expect(ignored.error.isEmpty)
    #expect([0, 141].contains(ignored.status))
  }

  @Test("is an error if there is no output, and no file gets the results") func closed() throws {
    let folder = try Folder()
    let info = try run(["golden", "info", Self.golden], ">&-", in: folder)
    #expect(info.status == 2)
    #expect(info.error.contains("standard output: cannot be written: Bad file descriptor"))
    // Without standard output, the golden would be the first file that is opened.
    let record = try run(
      ["golden", "record", "--model", "densenet-mini", "--image", Self.scene, "-o", "a.h5"],
      ">&- <&-", in: folder)
    #expect(record.status == 2)
    let check = try CommandRun("golden", "check", folder.path("a.h5"))
    #expect(check.status == 0, "\(check.error)")
  }

  @Test("of errors does not pass for success") func errors() throws {
    let folder = try Folder()
    #expect(try run(["golden", "info", "none.h5"], "2> /dev/full", in: folder).status == 4)
    #expect(try run(["list", "models"], "2> /dev/full", in: folder).status == 0)
    #expect(try run(["list", "models"], "2>&-", in: folder).status == 0)
    let text = try folder.write("boxes.txt", [])
    #expect(try run(["cam", "--boxes", text], "2> /dev/full", in: folder).status == 2)
  }

  /// A limit of one KiB for files, where nobody above has the signal ignored.
  static let limited = "ulimit -f 1; env --default-signal=XFSZ"

  /// A limit on the size of files sends a signal that would end the command without a word.
  @Test(
    "is an error at a limit of the size of files",
    arguments: [
      ["golden", "record", "--model", "densenet-mini", "--image", scene, "-o", "@/a.h5"],
      ["verify", golden, "--backend", "tiled", "--format", "json", "-o", "@/a.json"],
      ["cam", scene, "--model", "densenet-mini", "-o", "@/a.png"],
      ["cam", scene, "--model", "densenet-mini", "-o", "@/a.pdf"],
      ["cam", scene, "--model", "densenet-mini", "--maps", "@/a.h5"],
      ["cam", scene, "--model", "densenet-mini", "--maps", "@/a.npy"],
      ["export", "densenet-mini", "@/mini:0"],
    ])
  func limit(arguments: [String]) throws {
    let folder = try Folder()
    let run = try run(arguments, "", in: folder, before: Self.limited)
    #expect(run.status == 2, "\(run.status): \(run.error)")
    #expect(run.error.lowercased().contains("file too large"))
    #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    #expect(folder.contents.isEmpty, "\(folder.contents)")
  }

  /// Fontconfig complains on standard error where it cannot keep its list of fonts.
  @Test(
    "is all that is said where the list of fonts cannot be kept",
    arguments: [("@/fonts", limited, 2), ("/proc/fonts", "env", 0)])
  func fonts(cache: String, before: String, status: Int32) throws {
    let folder = try Folder()
    let cache = cache.replacing("@", with: folder.url.path)
    let settings = try folder.write(
      "fonts.conf",
      "<fontconfig><dir>/usr/share/fonts</dir><cachedir>\(cache)</cachedir></fontconfig>".utf8)
    let run = try run(
      ["cam", Self.scene, "--model", "densenet-mini", "-o", "@/a.png"], "", in: folder,
      before: "export FONTCONFIG_FILE=\(settings); \(before)")
    #expect(run.status == status, "\(run.error)")
    #expect(run.error.split(separator: "\n").count == (status == 0 ? 0 : 1), "\(run.error)")
  }

  @Test("is an error at a limit, standard output included") func outputLimit() throws {
    let folder = try Folder()
    let run = try run(
      ["verify", Self.golden, "--backend", "tiled", "--format", "json"], "> a.json", in: folder,
      before: Self.limited)
    #expect(run.status == 2)
    #expect(
      run.error == "densecam: error: standard output: cannot be written: File too large\n")
  }

  /// Nothing goes around the one function that checks.
  @Test("can only be written through one door") func door() throws {
    let sources = Repository.root.appending(path: "Sources/densecam")
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var count = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      count += 1
      let text = try String(contentsOf: file, encoding: .utf8)
      for word in ["Swift.print", " puts(", "fputs(", "printf(", "FileHandle", "fwrite(", "stdout"]
      {
        #expect(!text.contains(word), "\(file.lastPathComponent): \(word)")
      }
    }
    #expect(count > 30)
  }
}
