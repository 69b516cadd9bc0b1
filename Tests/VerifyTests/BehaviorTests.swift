import Kernels
import TestSupport
import Testing

@testable import Verify

@Suite("The examination of behaviour") struct BehaviorTests {
  let team: WorkerTeam

  init() throws { team = try WorkerTeam(count: 2) }

  static let backends: [any ConvolutionBackend] =
    BackendRegistry.builtIn.all + BackendRegistry.builtIn.variants

  /// Of the problems that a self-test strikes, some that are small.
  static let problems = [
    "mb1ic32ih14oc32oh14kh3ph1", "mb1ic24ih9oc20oh9kh1", "mb2ic8ih15oc10oh8kh3sh2ph1",
  ]

  private func examination(_ backend: any ConvolutionBackend) throws -> BehaviorExamination {
    var examination = BehaviorExamination(of: backend, team: team)
    examination.problems = try Self.problems.map { try ConvolutionProblem(notation: $0) }
    return examination
  }

  private func fault(_ name: String) throws -> Fault {
    try #require(Fault.catalogue.first { $0.name == name })
  }

  @Test("passes right kernels", arguments: backends.indices) func right(index: Int) throws {
    var examination = BehaviorExamination(of: Self.backends[index], team: team)
    examination.repetitions = 5
    for result in try examination.run(SelfTest.behaviorChecks) {
      #expect(result.verdict == .pass, "\(result)")
    }
  }

  /// The windows of this problem see one row, of padding.
  @Test("asks for another result only where there is one", arguments: backends.indices)
  func padding(index: Int) throws {
    let problem = try ConvolutionProblem(
      notation: "mb2ic4ih2iw16oc39oh1ow13kh1kw4sh3sw1dh0dw1ph1pw3")
    var examination = BehaviorExamination(of: Self.backends[index], team: team)
    examination.problems = [problem]
    for result in try examination.run([.newData]) {
      #expect(!result.verdict.isFailure, "\(result)")
    }
  }

  /// The model by which errors are as often towards zero as away from it, on many more runs than a check makes.
  @Test("finds no side that the errors of right kernels prefer", arguments: backends.indices)
  func signs(index: Int) throws {
    var examination = BehaviorExamination(of: Self.backends[index], team: team)
    examination.problems = try ["mb1ic16ih8oc16oh8kh3ph1", "mb1ic40ih4oc8oh4kh1"].map {
      try ConvolutionProblem(notation: $0)
    }
    examination.signRuns = 600
    for result in try examination.run([.signs]) { #expect(result.verdict == .pass, "\(result)") }
  }

  /// Faults, with a check that finds each, and others that cannot.
  static let found: [(fault: String, by: BehaviorCheck, not: [BehaviorCheck])] = [
    ("18-bit-weights", .impulses, [.negation, .scaling, .shift, .repetition]),
    ("bit-flip", .impulses, [.negation, .scaling, .repetition]),
    ("one-ulp", .negation, [.repetition, .scaling, .newData, .order]),
    ("rounds-up", .negation, [.impulses, .scaling, .repetition]),
    ("rounds-up", .signs, [.linearity, .shift]),
    ("rounds-towards-zero", .signs, [.negation, .scaling, .linearity, .shift, .newData]),
    ("stale-result", .newData, [.repetition, .threads, .order]),
    ("wrong-from-100th-call", .repetition, [.newData, .threads, .order]),
    ("task-race", .order, [.linearity, .shift]),
    ("thread-dependent", .threads, [.repetition, .order, .signs]),
    ("saturated", .linearity, [.order, .threads, .repetition]),
    ("missing-bias", .zeros, [.negation, .scaling, .linearity, .shift, .nonFinite]),
    ("lost-nan", .nonFinite, [.negation, .scaling, .linearity, .shift, .zeros]),
    ("shifted-row", .shift, [.negation, .scaling, .linearity, .order]),
  ]

  @Test("finds each fault by the check that is for it", arguments: found)
  func finds(fault: String, by check: BehaviorCheck, not others: [BehaviorCheck]) throws {
    for base in [TiledBackend(), Im2colOpenBLASBackend()] as [any ConvolutionBackend] {
      // OpenBLAS' product is one task.
      if fault == "task-race", base is Im2colOpenBLASBackend { continue }
      let examination = try examination(
        FaultyBackend(base: base, fault: try self.fault(fault)))
      let result = try #require(try examination.run([check]).first)
      #expect(result.verdict == .fail, "\(fault) in \(base.name): \(result)")
      for result in try examination.run(others) {
        #expect(result.verdict == .pass, "\(fault) in \(base.name): \(result)")
      }
    }
  }

  @Test(
    "reads Winograd's weights back", arguments: ["18-bit-weights", "bit-flip", "one-weight-lost"])
  func winograd(fault: String) throws {
    for tile in [2, 4] {
      let base = WinogradBackend(tile: tile)
      let right = try #require(try examination(base).run([.impulses]).first)
      #expect(right.verdict == .pass, "\(right)")
      let faulty = try #require(
        try examination(FaultyBackend(base: base, fault: self.fault(fault))).run([.impulses]).first)
      #expect(faulty.verdict == .fail, "F(\(tile)×\(tile)): \(faulty)")
    }
  }
}
