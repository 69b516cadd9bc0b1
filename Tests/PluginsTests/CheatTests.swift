import Foundation
import Kernels
import Plugins
import TestSupport
import Testing
import Verify

/// Every cheat and blunder of the catalogue is caught, and right kernels are not blamed.
@Suite("Cheats") struct CheatTests {
  /// The kernels of `Kernels/cheats`, and a check that catches each.
  static let catalogue: [(name: String, check: BehaviorCheck, verdict: Verdict)] = [
    ("aborts", .correctness, .crashed), ("cached-by-checksum", .newData, .fail),
    ("cached-by-pointer", .newData, .fail), ("changes-folder", .correctness, .fail),
    ("changes-input", .correctness, .fail), ("changes-weights", .correctness, .fail),
    ("constant", .correctness, .fail), ("copies-input", .correctness, .fail),
    ("detects-environment", .correctness, .fail), ("double-free", .correctness, .crashed),
    ("every-hundredth-wrong", .repetition, .fail), ("exits", .correctness, .crashed),
    ("fast-math", .loading, .fail), ("first-call-right", .repetition, .fail),
    ("flushes-to-zero", .correctness, .fail), ("half-precision", .correctness, .fail),
    ("infinite-loop", .correctness, .timedOut), ("late", .correctness, .fail),
    ("lazy", .correctness, .fail), ("leak", .memory, .fail),
    ("leaves-file-open", .correctness, .fail), ("leaves-handler", .correctness, .fail),
    ("leaves-process", .processes, .fail), ("nothing", .correctness, .fail),
    ("over-reads", .correctness, .fail), ("patched-clock", .clock, .fail),
    ("race", .correctness, .fail), ("reads-before", .correctness, .fail),
    ("reads-clock", .repetition, .fail), ("stack-overflow", .correctness, .crashed),
    ("takes-all-memory", .correctness, .outOfMemory), ("thread-dependent", .threads, .fail),
    ("unaligned", .correctness, .crashed), ("writes-after", .correctness, .fail),
    ("zeros", .correctness, .fail),
  ]

  private static func examination(_ path: String) throws -> [BehaviorExamination] {
    let team = try WorkerTeam(count: 2)
    let limits = KernelLimits(seconds: 1, memoryByteCount: 4 << 30)
    return try IsolatedBackend.all(
      of: PluginFile(path: path), program: BuiltCommand.path, instructionSet: .best,
      limits: limits
    ).map { backend in
      var examination = BehaviorExamination(of: backend, team: team)
      examination.problemCount = 4
      return examination
    }
  }

  @Test("are each caught by the check that is for them", arguments: catalogue)
  func caught(name: String, check: BehaviorCheck, verdict: Verdict) throws {
    let plugin = try CompiledPlugin("cheats/\(name)")
    // What is left over, if anything is, is left by what was run before.
    let checks = check == .processes ? [.newData, .processes] : [check]
    let results = try Self.examination(plugin.path)[0].run(checks)
    #expect(results.last?.verdict == verdict, "\(name): \(String(describing: results.last))")
  }

  @Test("of the folder are all in the list") func complete() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Kernels/cheats")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".c") }.map { String($0.dropLast(2)) }
    #expect(files.sorted() == Self.catalogue.map(\.name).sorted())
    #expect(files.count >= 24)
  }

  @Test("are not seen in right kernels", arguments: ["simple", "full", "stated"])
  func right(name: String) throws {
    let plugin = try CompiledPlugin(name)
    for examination in try Self.examination(plugin.path) {
      for result in try examination.run() {
        #expect(!result.verdict.isFailure, "\(name): \(result)")
      }
    }
  }

  /// The kernels that are right by what they state of their arithmetic.
  @Test("are seen in kernels that do not state their arithmetic") func silent() throws {
    let plugin = try CompiledPlugin("stated", options: ["-DSILENT"])
    let found = try Self.examination(plugin.path).map { examination in
      try examination.run([.correctness, .repetition, .impulses]).filter(\.verdict.isFailure)
        .map(\.check)
    }
    try #require(found.count == 3)
    #expect(found[0].contains(.impulses), "Winograd: \(found[0])")
    #expect(found[1].contains(.correctness) && found[1].contains(.impulses), "8 bits: \(found[1])")
    #expect(found[2] == [.repetition], "varying: \(found[2])")
  }

  @Test("are not seen in the built-in backends, on guarded operands") func builtIn() throws {
    let team = try WorkerTeam(count: 2)
    for backend in try IsolatedBackend.all(
      of: nil, program: BuiltCommand.path, instructionSet: .best)
    {
      var examination = BehaviorExamination(of: backend, team: team)
      examination.problemCount = 25
      for result in try examination.run() {
        #expect(!result.verdict.isFailure, "\(backend.name): \(result)")
      }
    }
  }
}
