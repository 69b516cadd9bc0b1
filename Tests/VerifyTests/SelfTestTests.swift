import Formats
import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

@Suite("The self-test") struct SelfTestTests {
  let team: WorkerTeam

  init() throws { team = try WorkerTeam(count: 2) }

  @Test("catches every fault", arguments: SelfTest.problems)
  func faults(problem: String) throws {
    // What a kernel does from call to call hardly depends on the problem, and takes hundreds of calls to find.
    let test = SelfTest(
      backends: BackendRegistry.builtIn.all.map { BackendChoice($0) },
      faults: Fault.catalogue.filter { $0.misconduct == nil }, team: team)
    let target = try #require(
      try SelfTestTarget(ConvolutionTrial(notation: problem, seed: 1)))
    let trials = try test.inject(into: target, caseName: "seed 1")
    // Every backend that computes the problem is struck, and by the same faults, but for those of what it
    // can fuse.
    let able = BackendRegistry.builtIn.all.filter { $0.refusal(of: target.problem) == nil }
    let common = Set(
      test.faults.filter { if case .surroundings = $0.site { false } else { true } }.map(\.name))
    func struck(_ backend: any ConvolutionBackend) -> Set<String> {
      Set(trials.filter { $0.backend == backend.name }.map(\.fault)).intersection(common)
    }
    #expect(Set(trials.map(\.backend)) == Set(able.map(\.name)))
    for backend in able {
      // A channel that is zero behind the ReLU can be missed on integers only, which F(4×4) rounds.
      let unseen =
        backend.roundsIntegers(target.problem)
        ? Set(trials.filter { $0.backend == able[0].name && !$0.isCaughtByBounds }.map(\.fault))
        : []
      #expect(
        struck(backend).union(unseen) == struck(able[0]).union(unseen), "\(backend.name)")
    }
    for trial in trials {
      let name = "\(trial.fault) in \(trial.backend)"
      if trial.exceedsWorstCase { #expect(trial.result.verdict == .fail, "\(name)") }
      #expect(trial.isCaught, "\(name): \(trial.result.deviation)")
    }
  }

  @Test("has at least 25 faults, each with its own name, and strikes with each") func catalogue()
    throws
  {
    let faults = Fault.catalogue
    #expect(faults.count >= 25)
    #expect(Set(faults.map(\.name)).count == faults.count)
    let test = SelfTest(
      backends: [BackendChoice(NaiveBackend()), BackendChoice(TiledBackend())], team: team)
    var seen: Set<String> = []
    for (target, name) in try SelfTest.targets(of: nil, team: team) {
      seen.formUnion(try test.inject(into: target, caseName: name).map(\.fault))
    }
    // Those that need a process of their own are tested with the plugins.
    #expect(seen == Set(faults.filter { !$0.needsProcess }.map(\.name)))
  }

  @Test("finds no fault in right kernels") func falseAlarms() throws {
    let backends =
      BackendRegistry.builtIn.all + [WinogradBackend(tile: 2), WinogradBackend(tile: 4)]
    let test = SelfTest(backends: backends.map { BackendChoice($0) }, team: team)
    var alarms = test.noAlarms
    let seeds = UInt64(2016)..<2112
    for seed in seeds { try test.judgeRight(seed: seed, into: &alarms) }
    // Every backend that does not refuse a problem has been judged on it.
    let expected = seeds.reduce(0) { count, seed in
      count + backends.count { $0.refusal(of: .random(seed: seed)) == nil }
    }
    #expect(alarms.count == expected && expected > seeds.count * 4)
    #expect(Set(alarms.counts.keys) == [.uniform, .small, .large, .impulses])
    #expect(alarms.counts.values.reduce(0, +) == 2 * expected)
    #expect(alarms.counts[.impulses] == expected && alarms.examined == expected)
    #expect(
      alarms.failed[0] == 0 && alarms.suspected.isEmpty,
      "\(alarms.suspected.map { ($0.layer, $0.caseName, $0.requested, $0.deviation) })")
    #expect(alarms.misbehaved.isEmpty, "\(alarms.misbehaved)")
  }

  @Test("cuts out layers that compute what they compute in the network") func excerpts() throws {
    let model = try Model("densenet-mini@1", team: team)
    let shape = TensorShape(channels: 3, height: 64, width: 64)
    let excerpts = try NetworkExcerpt.representative(
      of: model, input: SelfTest.picture(shape), team: team)
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(BackendRegistry.builtIn.standard))
    // Of each kernel, stride and size of map the first and the last.
    var kinds: [String: [Int]] = [:]
    for index in 0..<plan.stepCount {
      guard let problem = plan.problem(ofStep: index) else { continue }
      kinds["\(problem.kernel) \(problem.stride) \(problem.output.planeCount)", default: []]
        .append(index)
    }
    let ends = Set(kinds.values.flatMap { [$0.first, $0.last].compactMap { $0 } })
    #expect(excerpts.map(\.network.layer) == ends.sorted().map { plan.name(ofStep: $0) })
    let executor = try Executor(plan: plan, team: team)
    executor.write(SelfTest.picture(shape).elements.span, to: plan.graph.input)
    for index in 0..<plan.stepCount {
      executor.run(step: index)
      guard let excerpt = excerpts.first(where: { $0.network.layer == plan.name(ofStep: index) })
      else { continue }
      let small = try Plan(
        graph: excerpt.network.graph, parameters: excerpt.network.parameters,
        input: excerpt.network.input.shape,
        backends: BackendChoice(BackendRegistry.builtIn.standard))
      let single = try Executor(plan: small, team: team)
      single.run(excerpt.network.input.elements.span)
      #expect(
        single.value(of: small.graph.output) == executor.value(of: plan.step(index).output),
        "\(excerpt.network.layer)")
    }
  }

  /// What each part of the self-test is there for: faults that nothing before it finds.
  @Test(
    "finds by impulses and behaviour what no result on other numbers shows",
    arguments: [
      ("18-bit-weights", "impulses"), ("one-ulp", "impulses"), ("rounds-up", "negation"),
      ("rounds-towards-zero", "signs"), ("stale-result", "new-data"),
      ("wrong-from-100th-call", "repetition"),
    ])
  func onlyBy(fault: String, check: String) throws {
    let trial = try trial(of: fault)
    #expect(!trial.isCaughtByBounds && !trial.isCaughtByExactMode)
    #expect(trial.isCaughtByImpulses == (check == "impulses"))
    #expect(trial.isCaught)
    #expect(trial.behavior?.check.rawValue == (check == "impulses" ? nil : check))
  }

  /// Which run a race shows in first is chance; that the check of order finds it by itself is tested with the checks.
  @Test("finds a race, wherever it shows") func race() throws {
    let trial = try trial(of: "task-race")
    #expect(trial.isCaught)
    if let check = trial.behavior?.check {
      #expect([.newData, .threads, .order].contains(check), "\(check)")
    }
  }

  /// A fault in Winograd's F(4×4) on one convolution.
  private func trial(of fault: String) throws -> SelfTest.Trial {
    let test = SelfTest(
      backends: [BackendChoice(WinogradBackend(tile: 4))],
      faults: Fault.catalogue.filter { $0.name == fault }, team: team)
    let target = try #require(
      try SelfTestTarget(ConvolutionTrial(notation: "mb1ic32ih14oc32oh14kh3ph1+bias", seed: 1)))
    return try #require(try test.inject(into: target, caseName: "seed 1").first)
  }
}
