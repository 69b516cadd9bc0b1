import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

@Suite("The self-test") struct SelfTestTests {
  let team: WorkerTeam

  init() throws { team = try WorkerTeam(count: 2) }

  /// Faults that are smaller than what rounding may do on random numbers.
  static let fine: Set = [
    "bit-flip", "fp16-weights", "18-bit-weights", "fp16-output", "wrong-scale", "one-ulp",
    "one-element-off",
  ]

  @Test("catches every fault that no rounding explains", arguments: SelfTest.problems)
  func faults(problem: String) throws {
    let test = SelfTest(backends: Backends.all, team: team)
    let trial = try ConvolutionTrial(notation: problem, seed: 1)
    var integers = trial
    integers.values = .integers
    let target = SelfTestTarget(
      network: try #require(try trial.network()), problem: trial.problem,
      exact: try integers.network())
    let trials = try test.inject(into: target, caseName: "seed 1")
    #expect(trials.count > 60)
    for trial in trials {
      let name = "\(trial.fault) in \(trial.backend)"
      if trial.exceedsWorstCase { #expect(trial.result.verdict == .fail, "\(name)") }
      if !Self.fine.contains(trial.fault) {
        #expect(
          trial.isCaughtByBounds || trial.isCaughtByExactMode,
          "\(name): \(trial.result.deviation)")
      }
    }
  }

  @Test("has at least 25 faults, each with its own name, and strikes with each") func catalogue()
    throws
  {
    let faults = Fault.catalogue
    #expect(faults.count >= 25)
    #expect(Set(faults.map(\.name)).count == faults.count)
    let test = SelfTest(backends: [NaiveBackend(), TiledBackend()], team: team)
    var seen: Set<String> = []
    for (target, name) in try SelfTest.targets(of: nil, team: team) {
      seen.formUnion(try test.inject(into: target, caseName: name).map(\.fault))
    }
    #expect(seen == Set(faults.map(\.name)))
  }

  @Test("finds no fault in right kernels") func falseAlarms() throws {
    let test = SelfTest(backends: Backends.all, team: team)
    var alarms = test.noAlarms
    for seed in UInt64(2000)..<2100 { try test.judgeRight(seed: seed, into: &alarms) }
    #expect(alarms.count > 400)
    #expect(alarms.failed[0] == 0 && alarms.suspected.isEmpty)
  }

  @Test("cuts out layers that compute what they compute in the network") func excerpts() throws {
    let model = try Model("densenet-mini@1", team: team)
    let shape = TensorShape(channels: 3, height: 64, width: 64)
    let excerpts = try NetworkExcerpt.representative(
      of: model, input: SelfTest.picture(shape), team: team)
    #expect(excerpts.count > 8)
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(Backends.standard))
    let executor = try Executor(plan: plan, team: team)
    executor.write(SelfTest.picture(shape).elements.span, to: plan.graph.input)
    for index in 0..<plan.stepCount {
      executor.run(step: index)
      guard let excerpt = excerpts.first(where: { $0.network.layer == plan.name(ofStep: index) })
      else { continue }
      let small = try Plan(
        graph: excerpt.network.graph, parameters: excerpt.network.parameters,
        input: excerpt.network.input.shape, backends: BackendChoice(Backends.standard))
      let single = try Executor(plan: small, team: team)
      single.run(excerpt.network.input.elements.span)
      #expect(
        single.value(of: small.graph.output) == executor.value(of: plan.step(index).output),
        "\(excerpt.network.layer)")
    }
  }
}
