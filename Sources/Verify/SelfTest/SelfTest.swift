public import Kernels
public import Net

/// A target for faults: a network of which one layer is judged.
public struct SelfTestTarget: Sendable {
  public var network: SmallNetwork

  /// The judged layer's convolution.
  public var problem: ConvolutionProblem

  /// The same on integers whose sums are exact; nil if it cannot be judged that way.
  public var exact: SmallNetwork?
}

/// Measures how sharp the verdicts are: right kernels must pass, and kernels with a known fault fail.
public struct SelfTest: Sendable {
  public var backends: [BackendChoice]
  public var faults: [Fault]

  /// The policies: the derived bounds and those that they are compared with.
  public var policies: [Policy] = [.bound] + Policy.usual
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

    /// Whether each policy failed the kernel, in the order of ``SelfTest/policies``.
    public var isCaught: [Bool]

    /// Whether the derived bounds fail the faulty kernel, which decides the exit status of `verify` unless
    /// another policy is chosen.
    public var isCaughtByBounds: Bool { result.verdict == .fail }

    /// Whether the derived bounds only find the error unlikely, on which `verify` exits with 0.
    public var isMarginal: Bool { result.verdict == .marginal }

    /// Whether the exact mode fails the faulty kernel.
    public var isCaughtByExactMode: Bool { exact?.verdict == .fail }

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
    for choice in backends where choice.backend(of: layer).refusal(of: target.problem) == nil {
      let choices =
        [choice] + faults.map { fault in choice.map { FaultyBackend(base: $0, fault: fault) } }
      let results = try judge(target.network, choices, .bound, caseName)
      let exact = try target.exact.flatMap { network in
        choice.backend(of: layer).roundsIntegers(target.problem)
          ? nil : try judge(network, choices, .bitwise, caseName)
      }
      guard results.count == choices.count else { continue }
      for index in 1..<results.count {
        let result = results[index]
        let inExactMode = exact.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        let changes = !result.guardsIntact || result.deviation != results[0].deviation
        let changesExact = inExactMode.map { $0.deviation != exact?[0].deviation } ?? false
        guard changes || changesExact else { continue }
        trials.append(
          Trial(
            fault: faults[index - 1].name, backend: choice.name, layer: layer,
            result: result, exact: inExactMode,
            isCaught: policies.map { isCaught(result, by: $0) }))
      }
    }
    return trials
  }

  private func judge(
    _ network: SmallNetwork, _ choices: [BackendChoice], _ policy: Policy,
    _ caseName: String
  ) throws -> [LayerResult] {
    let golden = GoldenFile(unrecorded: network.input, name: caseName, model: network.layer)
    let layer = network.layer
    return try Verifier(
      graph: network.graph, parameters: network.parameters, golden: golden, team: team
    ).verify(
      golden.cases[0],
      runs: choices.map { VerificationRun(name: $0.name, backends: $0) },
      options: VerificationOptions(
        feeds: [.isolated], includes: { $0 == layer }, policy: policy)
    ).layers
  }

  /// Whether a policy fails a result.
  ///
  /// Only densecam has guards, so they count for the derived bounds only.
  private func isCaught(_ result: LayerResult, by policy: Policy) -> Bool {
    policy.verdict(
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

    /// Those that the derived bounds judged MARGINAL and FAIL.
    public var suspected: [LayerResult] = []
  }

  /// The numbers for the random problems of successive seeds: half of them ordinary, and a
  /// quarter each near underflow and near overflow.
  ///
  /// A convolution's surroundings follow from its seed modulo 8, so each kind has all of them.
  public static func values(ofSeed seed: UInt64) -> ConvolutionTrial.Values {
    [.uniform, .small, .uniform, .large][Int(seed / 8 % 4)]
  }

  /// Judges right kernels on the random problem of one seed.
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
      ).map {
        let integers = ConvolutionTrial(
          $0.problem, surroundings: $0.surroundings, seed: 1, values: .integers)
        return (
          SelfTestTarget(
            network: $0.network, problem: $0.problem, exact: try integers.network()), model.name
        )
      }
    }
    for text in problems {
      let trial = try ConvolutionTrial(notation: text, seed: 1)
      var integers = trial
      integers.values = .integers
      guard let network = try trial.network() else { continue }
      targets.append(
        (
          SelfTestTarget(
            network: network, problem: trial.problem, exact: try integers.network()), "seed 1"
        ))
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
