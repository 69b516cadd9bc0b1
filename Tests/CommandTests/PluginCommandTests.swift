import Foundation
import TestSupport
import Testing

@Suite("Plugins") struct PluginCommandTests {
  /// A right kernel but for one problem, at which it crashes.
  private static let crashing = """
    #include "direct.h"
    int densecam_simple_convolve(const densecam_problem *p, const float *input, const float *weights,
                                 const float *bias, float *output) {
      if (p->output_channels == 8 && p->input_channels == 32) *(volatile int *)8 = 1;
      direct(p, input, weights, bias, output);
      return 0;
    }
    """

  @Test("stand beside the built-in backends, in every table and format") func beside() throws {
    let plugin = try CompiledPlugin("full")
    let list = try CommandRun("list", "backends", "--plugin", plugin.path)
    #expect(list.output.contains("test-planes      planes, two phases, fused"))
    let run = try CommandRun(
      "verify", "--problems", "mb2ic3ih9oc5oh9kh3ph1", "--format", "json",
      environment: ["DENSECAM_PLUGINS": plugin.path])
    #expect(run.status == 0, "\(run.error)")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let layers = try #require(json["layers"] as? [[String: Any]])
    #expect(
      layers.compactMap { $0["requested"] as? String }.suffix(2) == ["test-planes", "test-blocks"])
    #expect(layers.allSatisfy { $0["verdict"] as? String == "PASS" })
    let context = try #require(json["context"] as? [String: Any])
    let plugins = try #require(context["plugins"] as? [[String: Any]])
    #expect((plugins[0]["sha256"] as? String)?.count == 64)
  }

  @Test("that crash cost the layer, and bisect names it") func crash() throws {
    let plugin = try CompiledPlugin("crashing", text: Self.crashing)
    let golden = Repository.path("golden/densenet-mini.h5")
    let run = try CommandRun(
      "verify", golden, "--plugin", plugin.path, "--backend", "crashing", "--format", "json")
    #expect(run.status == 1, "\(run.error)")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let layers = try #require(json["layers"] as? [[String: Any]])
    let crashed = layers.filter { $0["verdict"] as? String == "CRASHED" }
    #expect(!crashed.isEmpty)
    #expect(
      crashed.allSatisfy { ($0["reason"] as? String)?.contains("SIGSEGV at address 0x8") == true })
    #expect(
      layers.allSatisfy {
        $0["verdict"] as? String == "CRASHED" || $0["verdict"] as? String == "PASS"
      })
    // What was saved is read again.
    let folder = try Folder()
    let saved = try folder.write("saved.json", Array(run.output.utf8))
    let again = try CommandRun("verify", "--from", saved)
    #expect(again.status == 1 && again.output.contains("CRASHED"), "\(again.error)")

    let bisect = try CommandRun(
      "bisect", golden, "--plugin", plugin.path, "--bad", "crashing")
    #expect(bisect.status == 1)
    #expect(bisect.output.contains(": CRASHED: SIGSEGV at address 0x8"), "\(bisect.output)")
    for layer in Set(crashed.compactMap { $0["layer"] as? String }) {
      #expect(bisect.output.contains(layer), "\(bisect.output)")
    }
    let cam = try CommandRun(
      "cam", Repository.path("model/pictures/scene.png"), "--model", "densenet-mini", "--plugin",
      plugin.path, "--backend", "crashing")
    #expect(cam.status == 2 && cam.output.isEmpty, "\(cam.output)")
    #expect(cam.error.contains("crashing did not finish"), "\(cam.error)")
  }

  @Test("that are none give one line and the status of bad input") func badFiles() throws {
    let folder = try Folder()
    let plugin = try CompiledPlugin("auto", text: Self.crashing)
    for (path, words) in [
      (try folder.write("text.so", Array("text".utf8)), "is not a shared library"),
      (folder.path("missing.so"), "No such file or directory"),
      (plugin.path, "calls a backend auto, and there is one of that name already"),
    ] {
      for command in [["list", "backends"], ["doctor"], ["bisect", "x", "--bad", "auto"]] {
        let run = try CommandRun(command + ["--plugin", path])
        #expect(run.status == 2 && run.output.isEmpty, "\(command) \(run.output)")
        #expect(
          run.error.contains(words) && run.error.filter(\.isNewline).count == 1, "\(run.error)")
      }
    }
  }

  @Test("are run as built-in backends can be, too") func isolation() throws {
    let run = try CommandRun(
      "verify", "--problems", "random:25", "--isolate", "--policy", "exact", "--format", "json")
    #expect(run.status == 0, "\(run.error)")
    #expect(!run.output.contains("\"FAIL\"") && !run.output.contains("CRASHED"))
  }

  @Test("are accepted or not, with a row for each check") func check() throws {
    let right = try CompiledPlugin("simple")
    let good = try CommandRun("plugin", "check", right.path, "--seeds", "5")
    #expect(good.status == 0, "\(good.output)\(good.error)")
    for check in ["correctness", "repetition", "new-data", "impulses", "effort"] {
      #expect(good.output.contains(check), "\(good.output)")
    }
    let wrong = try CompiledPlugin("cheats/zeros")
    let bad = try CommandRun("plugin", "check", wrong.path, "--seeds", "5")
    #expect(bad.status == 1 && bad.output.contains("correctness  FAIL"), "\(bad.output)")
    let folder = URL(filePath: wrong.path).deletingLastPathComponent().path
    let caught = try CommandRun("selftest", "--cheats", folder)
    #expect(caught.status == 0 && caught.output.contains("caught 1 of 1"), "\(caught.output)")
    let accepted = URL(filePath: right.path).deletingLastPathComponent().path
    let missed = try CommandRun("selftest", "--cheats", accepted)
    #expect(missed.status == 1 && missed.output.contains("nothing"), "\(missed.output)")
    #expect(try CommandRun("plugin", "check", "/dev/null").status == 2)
    #expect(try CommandRun("selftest", "--cheats", "/nowhere").status == 2)
  }

  @Test("are run by a process that is of no use by itself") func host() throws {
    let run = try CommandRun("kernel-host", "0")
    #expect(run.status == 2 && run.error.contains("of no use by itself"), "\(run.error)")
    #expect(try !CommandRun("--help").output.contains("kernel-host"))
  }
}

@Suite("Plugin templates") struct PluginTemplateTests {
  /// Whether a program is installed.
  static func has(_ program: String) -> Bool {
    (try? CommandRun(executable: URL(filePath: "/usr/bin/which"), [program]).status) == 0
  }

  @Test(
    "build with one make, and pass",
    arguments: [("c", "cc"), ("cpp", "c++"), ("rust", "rustc"), ("swift", "swiftc")])
  func templates(language: String, compiler: String) throws {
    // Others than C need a compiler that not every machine has.
    guard language == "c" || Self.has(compiler) else { return }
    let folder = try Folder()
    let new = try CommandRun("plugin", "new", "my.kernel-1", "--lang", language, in: folder.url)
    #expect(new.status == 0, "\(new.error)")
    let made = try CommandRun(
      executable: URL(filePath: "/usr/bin/make"), ["-C", folder.path("my.kernel-1")])
    #expect(made.status == 0, "\(made.error)")
    let run = try CommandRun(
      "verify", "--problems", "random:40", "--plugin", folder.path("my.kernel-1/my.kernel-1.so"),
      "--backend", "my.kernel-1", "--format", "json")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("\"PASS\"") && !run.output.contains("\"FAIL\""))
  }

  @Test("replace nothing, and have names that backends can have") func names() throws {
    let folder = try Folder()
    _ = try folder.write("there", Array("x".utf8))
    for (name, words) in [
      ("there", "exists; name another folder"), ("a b", "is no name for a kernel"),
      (".hidden", "is no name for a kernel"), ("missing/kernel", "No such file or directory"),
    ] {
      let run = try CommandRun("plugin", "new", name, in: folder.url)
      #expect(run.status == 2 && run.output.isEmpty && run.error.contains(words), "\(run.error)")
    }
    #expect(folder.contents == ["there"])
  }
}
