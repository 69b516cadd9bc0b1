public import Kernels
public import Net

/// A target for faults: a network of which one layer is judged.
public struct SelfTestTarget: Sendable {
  public var network: SmallNetwork

  /// The judged layer's convolution.
  public var problem: ConvolutionProblem

  /// The same on integers whose sums are exact; nil if it cannot be judged that way.
  public var exact: SmallNetwork?

  /// The same on ``Impulses``, without what stands in front of it.
  public var impulses: SmallNetwork?

  /// Whether it is small enough to be run hundreds of times, as faults take that one result does not show.
  public var isSmall = false

  /// The same convolution on integers and on impulses.
  private mutating func addOthers(of trial: ConvolutionTrial) throws {
    var other = trial
    other.values = .integers
    exact = try other.network()
    other.values = .impulses
    other.surroundings.remove(.prologue)
    impulses = try other.network()
  }
}

extension SelfTestTarget {
  /// A single convolution; nil if it has no numbers.
  init?(_ trial: ConvolutionTrial) throws {
    guard let network = try trial.network() else { return nil }
    self.init(network: network, problem: trial.problem, isSmall: true)
    try addOthers(of: trial)
  }

  /// A layer of a network.
  init(_ excerpt: NetworkExcerpt) throws {
    self.init(network: excerpt.network, problem: excerpt.problem)
    try addOthers(
      of: ConvolutionTrial(excerpt.problem, surroundings: excerpt.surroundings, seed: 1))
  }
}

/// Measures how sharp the verdicts are: right kernels must pass, and kernels with a known fault fail.
public struct SelfTest: Sendable {
  public var backends: [BackendChoice]
  public var faults: [Fault]

  /// The policies: the derived bounds and those that they are compared with.
  public var policies: [Policy] = [.bound] + Policy.usual

  /// Makes backends with a fault that run in a process of their own, under the names of the built-in ones; nil if
  /// there is no such process, so that faults which need one are left out.
  package var isolated: (@Sendable (_ fault: Fault) throws -> [any ConvolutionBackend])?
  let team: WorkerTeam

  public init(
    backends: [BackendChoice], faults: [Fault] = Fault.catalogue, team: WorkerTeam
  ) {
    self.backends = backends
    self.faults = faults
    self.team = team
  }

  /// The outcome of one fault in one backend on one convolution.
  public struct Trial: Sendable {
    public var fault: String
    public var backend: String
    public var layer: String

    /// The verdict of the derived bounds on the faulty kernel.
    public var result: LayerResult

    /// The verdict of bitwise equality on integers whose sums are exact; nil if there are none.
    public var exact: LayerResult?

    /// The verdict of the bound of single products on impulses; nil if it was not judged on them.
    public var impulses: LayerResult?

    /// The check of the kernel's behaviour that it does not pass, if it passes all before and nothing else
    /// fails it; nil if there is none.
    package var behavior: BehaviorResult?

    /// Whether the kernel ran in a process of its own, on guarded operands.
    public var isGuarded = false

    /// Whether each policy failed the kernel, in the order of ``SelfTest/policies``.
    public var isCaughtByPolicy: [Bool]

    /// Whether the derived bounds fail the faulty kernel, which decides the exit status of `verify` unless
    /// another policy is chosen.
    ///
    /// It is also failed if it does not get as far as to a result.
    public var isCaughtByBounds: Bool { result.verdict.isFailure }

    /// Whether the derived bounds only find the error unlikely, on which `verify` exits with 0.
    public var isMarginal: Bool { result.verdict == .marginal }

    /// Whether the exact mode fails the faulty kernel.
    public var isCaughtByExactMode: Bool { exact?.verdict == .fail }

    /// Whether the bound of single products fails it.
    public var isCaughtByImpulses: Bool { impulses?.verdict == .fail }

    /// Whether anything fails it.
    package var isCaught: Bool {
      isCaughtByBounds || isCaughtByExactMode || isCaughtByImpulses || behavior != nil
    }

    /// Whether no rounding can explain what the fault did, or whether it struck other memory.
    public var exceedsWorstCase: Bool {
      !result.guardsIntact || !(result.deviation.errorOverWorst <= 1)
    }
  }

  /// Injects each fault into each backend on one small network.
  ///
  /// - Parameters:
  ///   - target: The network, of which one layer is judged.
  ///   - caseName: The name of the case in results.
  /// - Returns: One trial for each fault that has an effect and each backend that computes the problem.
  /// - Throws: Errors from planning or running.
  public func inject(into target: SelfTestTarget, caseName: String) throws -> [Trial] {
    var trials: [Trial] = []
    let layer = target.network.layer
    let here = faults.filter { !$0.needsProcess && (target.isSmall || $0.misconduct == nil) }
    for choice in backends where choice.backend(of: layer).refusal(of: target.problem) == nil {
      let choices =
        [choice] + here.map { fault in choice.map { FaultyBackend(base: $0, fault: fault) } }
      let results = try judge(target.network, choices, .bound, caseName)
      let exact = try target.exact.flatMap { network in
        choice.backend(of: layer).roundsIntegers(target.problem)
          ? nil : try judge(network, choices, .bitwise, caseName)
      }
      let impulses = try target.impulses.map { network in
        try judge(network, choices, .bound, caseName, areInputsSparse: true)
      }
      guard results.count == choices.count else { continue }
      for index in 1..<results.count {
        let fault = here[index - 1]
        let result = results[index]
        func other(_ all: [LayerResult]?) -> LayerResult? {
          all.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        }
        func changes(_ all: [LayerResult]?) -> Bool {
          other(all).map { !$0.guardsIntact || $0.deviation != all?[0].deviation } ?? false
        }
        let faulty = FaultyBackend(base: choice.backend(of: layer), fault: fault)
        let isHidden =
          try fault.misconduct?.isHidden == true
          && faulty.canStrike(target.problem, on: ExecutionTarget(.best, threads: team.count))
        guard isHidden || changes(results) || changes(exact) || changes(impulses) else { continue }
        var trial = Trial(
          fault: fault.name, backend: choice.name, layer: layer, result: result,
          exact: other(exact), impulses: other(impulses),
          isCaughtByPolicy: policies.map { isCaught(result, by: $0) })
        if !trial.isCaught { trial.behavior = try misbehavior(of: faulty, on: target.problem) }
        trials.append(trial)
      }
      trials += try injectIsolated(into: target, choice, caseName)
    }
    return trials
  }

  /// Injects the faults that need a process of their own into one backend.
  private func injectIsolated(
    into target: SelfTestTarget, _ choice: BackendChoice, _ caseName: String
  ) throws -> [Trial] {
    guard let isolated, target.isSmall else { return [] }
    let layer = target.network.layer
    // What a kernel leaves changed in a process is looked for in the thread that carries out orders.
    let single = try WorkerTeam(count: 1)
    var trials: [Trial] = []
    for fault in faults where fault.needsProcess {
      let name = choice.backend(of: layer).name
      guard let backend = try isolated(fault).first(where: { $0.name == name }) else { continue }
      let results = try judge(
        target.network, [BackendChoice(backend), choice], .bound, caseName, team: single)
      guard results.count == 2, case let (result, right) = (results[0], results[1]) else {
        continue
      }
      guard
        fault.misconduct?.isHidden == true || result.verdict.isFailure
          || result.deviation != right.deviation
      else { continue }
      trials.append(
        Trial(
          fault: fault.name, backend: choice.name, layer: layer, result: result, isGuarded: true,
          isCaughtByPolicy: policies.map { isCaught(result, by: $0) }))
    }
    return trials
  }

  /// The checks of behaviour that a kernel is put through if no result fails it, the cheapest first.
  package static let behaviorChecks: [BehaviorCheck] = [
    .newData, .threads, .order, .negation, .scaling, .zeros, .nonFinite, .impulses, .linearity,
    .shift, .signs, .repetition,
  ]

  /// The first check of behaviour that a kernel does not pass; nil if it passes all.
  private func misbehavior(
    of backend: any ConvolutionBackend, on problem: ConvolutionProblem
  ) throws -> BehaviorResult? {
    var examination = BehaviorExamination(of: backend, team: team)
    examination.problems = [problem]
    for check in Self.behaviorChecks {
      if let result = try examination.run([check]).first, result.verdict.isFailure {
        return result
      }
    }
    return nil
  }

  private func judge(
    _ network: SmallNetwork, _ choices: [BackendChoice], _ policy: Policy,
    _ caseName: String, areInputsSparse: Bool = false, team: WorkerTeam? = nil
  ) throws -> [LayerResult] {
    let golden = GoldenFile(unrecorded: network.input, name: caseName, model: network.layer)
    let layer = network.layer
    var options = VerificationOptions(
      feeds: [.isolated], includes: { $0 == layer }, policy: policy)
    options.isInputSparse = areInputsSparse
    return try Verifier(
      graph: network.graph, parameters: network.parameters, golden: golden,
      team: team ?? self.team
    ).verify(
      golden.cases[0],
      runs: choices.map { VerificationRun(name: $0.name, backends: $0) },
      options: options
    ).layers
  }

  /// Whether a policy fails a result.
  ///
  /// Only densecam has guards, so they count for the derived bounds only, as does what they bring to an end.
  private func isCaught(_ result: LayerResult, by policy: Policy) -> Bool {
    guard result.wasRun else { return policy == .bound && result.verdict.isFailure }
    return policy.verdict(
      on: result.deviation, guardsIntact: policy == .bound ? result.guardsIntact : true,
      layer: result.layer, operation: result.operation) == .fail
  }

  /// The verdicts on right kernels.
  public struct FalseAlarms: Sendable {
    /// The right kernels that were judged.
    public var count = 0

    /// Their number by the kind of numbers that they were judged on.
    public var counts: [ConvolutionTrial.Values: Int] = [:]

    /// Those that each policy failed, in the order of ``SelfTest/policies``.
    public var failed: [Int]

    /// Those that the derived bounds judged MARGINAL and FAIL, on impulses as on other numbers.
    public var suspected: [LayerResult] = []

    /// The right kernels whose behaviour was examined.
    public var examined = 0

    /// The checks that they did not pass, with the kernel and the problem in their texts.
    package var misbehaved: [BehaviorResult] = []

    /// Those that did not pass a check.
    public var misbehavedCount = 0

    /// Whether no right kernel was blamed for anything.
    public var isEmpty: Bool { suspected.isEmpty && misbehaved.isEmpty }
  }

  /// The numbers for the random problems of successive seeds: half of them ordinary, and a
  /// quarter each near underflow and near overflow.
  ///
  /// A convolution's surroundings follow from its seed modulo 8, so each kind has all of them.
  public static func values(ofSeed seed: UInt64) -> ConvolutionTrial.Values {
    [.uniform, .small, .uniform, .large][Int(seed / 8 % 4)]
  }

  /// How often a right kernel is repeated: what comes from call to call does not depend on the problem.
  private static let rightRepetitions = 3

  /// Judges right kernels on the random problem of one seed: on its numbers, on impulses, and by their
  /// behaviour.
  ///
  /// - Parameters:
  ///   - seed: The seed.
  ///   - alarms: The counts that the result is added to.
  /// - Throws: Errors from planning or running.
  public func judgeRight(seed: UInt64, into alarms: inout FalseAlarms) throws {
    let values = Self.values(ofSeed: seed)
    let results = try ProblemSweep(backends: backends, team: team).run(
      .random(seed: seed, values: values))
    for result in results where result.wasRun {
      alarms.count += 1
      alarms.counts[values, default: 0] += 1
      for (index, policy) in policies.enumerated() where isCaught(result, by: policy) {
        alarms.failed[index] += 1
      }
      if result.verdict == .marginal || result.verdict == .fail { alarms.suspected.append(result) }
    }
    var impulses = ConvolutionTrial.random(seed: seed, values: .impulses)
    impulses.surroundings.remove(.prologue)
    for result in try ProblemSweep(backends: backends, team: team).run(impulses)
    where result.wasRun {
      alarms.counts[.impulses, default: 0] += 1
      if result.verdict == .marginal || result.verdict == .fail { alarms.suspected.append(result) }
    }
    let problem = impulses.problem
    // Small work goes faster on one thread than two can share it; the check of threads has its own.
    let single = try WorkerTeam(count: 1)
    for choice in backends {
      let backend = choice.backend(of: "\(problem)")
      guard backend.refusal(of: problem) == nil else { continue }
      var examination = BehaviorExamination(of: backend, team: single)
      examination.problems = [problem]
      examination.repetitions = Self.rightRepetitions
      alarms.examined += 1
      let failures = try examination.run(Self.behaviorChecks).filter(\.verdict.isFailure)
      if !failures.isEmpty { alarms.misbehavedCount += 1 }
      for result in failures {
        alarms.misbehaved.append(
          BehaviorResult(
            result.check, result.verdict, "\(choice.name), seed \(seed): \(result.text)"))
      }
    }
  }

  /// No right kernel judged yet.
  public var noAlarms: FalseAlarms {
    FalseAlarms(failed: [Int](repeating: 0, count: policies.count))
  }

  /// The targets of a self-test: layers of a network, and convolutions of every kind.
  ///
  /// - Parameters:
  ///   - model: The network whose layers are cut out; nil for none.
  ///   - team: The threads that run it.
  /// - Returns: The targets, with the names of their cases.
  /// - Throws: Errors from planning or running.
  public static func targets(of model: Model?, team: WorkerTeam) throws
    -> [(target: SelfTestTarget, caseName: String)]
  {
    var targets: [(SelfTestTarget, String)] = []
    if let model {
      let shape = TensorShape(channels: 3, height: 224, width: 224)
      targets += try NetworkExcerpt.representative(
        of: model, input: input(of: model, picture(shape)), team: team
      ).map { (try SelfTestTarget($0), model.name) }
    }
    for text in problems {
      guard let target = try SelfTestTarget(ConvolutionTrial(notation: text, seed: 1)) else {
        continue
      }
      targets.append((target, "seed 1"))
    }
    return targets
  }

  private static func input(of model: Model, _ picture: Tensor<Float>) -> Tensor<Float> {
    let values = model.preprocessing.networkInput(
      Tensor(shape: picture.shape, elements: picture.elements.map(Double.init)))
    return Tensor(shape: values.shape, elements: values.elements.map(Float.init))
  }

  /// Convolutions of every kind: strides, dilation, groups, lopsided padding, batches and odd sizes.
  public static let problems = [
    "mb1ic3ih32oc16oh16kh7sh2ph3+bias+relu", "mb1ic64ih14oc32oh14kh1+bias+prologue",
    "mb1ic32ih14oc32oh14kh3ph1+bias+relu", "mb2ic33ih13oc17oh13kh3ph1+prologue+relu",
    "mb1ic20ih7oc12oh7kh3ph1", "mb1ic16ih17iw9oc24oh17ow9kh5kw3ph2pw1+bias",
    "mb1ic8ih19oc8oh10kh3sh2ph1+relu", "mb1ic8ih21oc10oh7kh3sh3ph1+bias",
    "mb1ic12ih15oc12oh15kh3dh1ph2+bias+relu", "g4mb1ic16ih11oc24oh11kh3ph1+bias",
    "g24mb2ic24ih9oc24oh9kh3ph1+relu", "mb1ic10ih8oc6oh4kh3sh2ph0+bias",
    "mb3ic130ih5oc70oh5kh1+prologue", "mb1ic200ih1oc50oh1kh1+bias",
    "mb1ic7ih1iw60oc5oh1ow60kh1kw7ph0pw3+bias", "mb2ic32ih6oc40oh6kh3ph1+bias",
  ]
}

extension SelfTest {
  /// A picture with structure and noise, with values from 0 to 256; the same one every time.
  public static func picture(_ shape: TensorShape) -> Tensor<Float> {
    var generator = SeededGenerator(seed: 9)
    let noise = generator.floats(shape.count)
    return Tensor(
      shape: shape,
      elements: noise.indices.map { i in
        128 + 60 * noise[i] + 60 * Float(i % shape.width) / Float(shape.width)
      })
  }
}
