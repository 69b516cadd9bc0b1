import Kernels
import Net
import Plugins
import TestSupport
import Testing

@testable import Verify

/// Faults that only a process of its own shows, put into the built-in backends.
@Suite("Faults in a process of their own") struct FaultIsolationTests {
  /// The faults, with the verdict and what is said of them.
  static let faults: [(name: String, verdict: Verdict, text: String)] = [
    ("over-read", .fail, "read right after the end of its input"),
    ("overwritten-weights", .fail, "wrote to its weights"),
    ("flushes-to-zero", .fail, "left changed"), ("assumed-alignment", .fail, ""),
  ]

  @Test("are caught by guarded operands", arguments: faults)
  func caught(name: String, verdict: Verdict, text: String) throws {
    let team = try WorkerTeam(count: 1)
    let fault = try #require(Fault.catalogue.first { $0.name == name })
    #expect(fault.needsProcess)
    var test = SelfTest(
      backends: BackendRegistry.builtIn.all.map { BackendChoice($0) }, faults: [fault], team: team)
    let target = try #require(
      try SelfTestTarget(ConvolutionTrial(notation: "mb1ic20ih7oc12oh7kh3ph1", seed: 1)))
    #expect(try test.inject(into: target, caseName: "seed 1").isEmpty)
    let backends = try IsolatedBackend.all(
      of: nil, variant: name, program: BuiltCommand.path, instructionSet: .best)
    test.isolated = { _ in backends }
    let trials = try test.inject(into: target, caseName: "seed 1")
    // Blocks of channels always begin at a cache line.
    let expected =
      name == "assumed-alignment"
      ? trials.map(\.backend) : BackendRegistry.builtIn.names
    #expect(trials.map(\.backend) == expected && !trials.isEmpty)
    for trial in trials {
      #expect(trial.isGuarded && trial.isCaught)
      #expect(trial.result.verdict == verdict, "\(trial.result)")
      #expect(trial.result.reason?.contains(text) ?? text.isEmpty, "\(trial.result)")
    }
  }

  @Test("are not there without one") func right() throws {
    #expect(BackendRegistry.faulty("no such fault").isEmpty)
    #expect(throws: PluginError.self) {
      try IsolatedBackend.all(
        of: nil, variant: "no such fault", program: BuiltCommand.path, instructionSet: .best)
    }
  }
}
