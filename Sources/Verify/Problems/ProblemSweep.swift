public import Kernels
public import Net

/// Checks backends on single convolutions.
///
/// Each trial becomes a separate network, so that it is planned, fused, run between traps and judged like
/// any layer of a network.
public struct ProblemSweep: Sendable {
  public var backends: [BackendChoice]
  public var options: PlanOptions
  public var policy: Policy
  let team: WorkerTeam

  /// The most elements that input, output and weights of a trial may have together: 2 GiB.
  package static let largestElementCount = 1 << 29

  /// The most memory for judging a trial, in bytes per element of input, output and weights.
  ///
  /// The numbers, their expected values and bounds exist as 32-bit floats and in double precision, some of
  /// them more than once; 68 were measured on a map of 4000×4000 with five backends.
  static let bytesPerElement = 72

  /// The bytes that a trial may take; one that needs more is SKIPPED, as a failed allocation cannot be
  /// handled later.
  var memoryLimit = MemoryBudget.bytes

  public init(
    backends: [BackendChoice], options: PlanOptions = .standard, policy: Policy = .bound,
    team: WorkerTeam
  ) {
    self.backends = backends
    self.options = options
    self.policy = policy
    self.team = team
  }

  /// Computes a trial with every backend.
  ///
  /// - Parameters:
  ///   - trial: What to compute.
  ///   - layer: Its name in results; the trial as text unless given.
  /// - Returns: One result per backend, in order; UNSUPPORTED where a backend refuses the problem and
  ///   SKIPPED where the trial cannot be done.
  /// - Throws: Errors from preparing or running.
  public func run(_ trial: ConvolutionTrial, named layer: String? = nil) throws -> [LayerResult] {
    let problem = trial.problem
    let layer = layer ?? "\(trial)"
    var caseName = "seed \(trial.seed)"
    if trial.values != .uniform, trial.values != .integers { caseName += ", \(trial.values.name)" }
    func notRun(_ backend: BackendChoice, _ verdict: Verdict, _ reason: String)
      -> LayerResult
    {
      LayerResult(
        caseName: caseName, layer: layer, problem: "\(problem)", requested: backend.name,
        shape: problem.output.dimensions, notRun: verdict, reason: reason)
    }
    let count = problem.input.count + problem.output.count + problem.weightCount
    guard count <= Self.largestElementCount else {
      return backends.map { notRun($0, .skipped, "it takes \(count >> 28) GiB") }
    }
    let needed = count * Self.bytesPerElement
    guard needed <= memoryLimit else {
      return backends.map {
        notRun(
          $0, .skipped,
          "judging it takes about \(needed >> 20) MiB, and there are \(memoryLimit >> 20)")
      }
    }
    guard let network = try trial.network(named: layer) else {
      return backends.map {
        notRun(
          $0, .skipped,
          trial.values == .impulses
            ? "impulses do not pass a prologue"
            : "no integers keep sums of \(problem.depth) products exact")
      }
    }
    // In the end one for each backend.
    var found: [Int: LayerResult] = [:]
    for (index, backend) in backends.enumerated() {
      if let reason = backend.backend(of: layer).refusal(of: problem) {
        found[index] = notRun(backend, .unsupported, reason)
      } else if trial.values == .integers, backend.backend(of: layer).roundsIntegers(problem) {
        found[index] = notRun(backend, .skipped, "F(4×4) rounds even integers")
      }
    }
    let able = backends.indices.filter { found[$0] == nil }
    var results: [LayerResult]
    do {
      results = try judge(trial, network, able.map { backends[$0] }, caseName: caseName)
    } catch  where Self.isTooLarge(error) {
      // A trial that is too large for one backend need not be for the others.
      results = try able.map { index in
        do {
          return try judge(trial, network, [backends[index]], caseName: caseName).first
            ?? notRun(backends[index], .skipped, "it was not judged")
        } catch  where Self.isTooLarge(error) {
          return notRun(backends[index], .skipped, "\(error)")
        }
      }
    }
    for (index, result) in zip(able, results) { found[index] = result }
    return backends.indices.compactMap { found[$0] }
  }

  /// Whether an error says that there is not enough memory, or that there are too many elements to count.
  private static func isTooLarge(_ error: any Error) -> Bool {
    (error as? KernelError)?.code == .outOfMemory || (error as? GraphError)?.code == .tooLarge
      || error is ProblemError
  }

  /// Runs a small network on each backend; one result each, in order.
  private func judge(
    _ trial: ConvolutionTrial, _ network: SmallNetwork, _ backends: [BackendChoice],
    caseName: String
  ) throws -> [LayerResult] {
    let golden = GoldenFile(unrecorded: network.input, name: caseName, model: network.layer)
    let verifier = Verifier(
      graph: network.graph, parameters: network.parameters, golden: golden, team: team)
    // Runs are identified by their place: two may have one name, as Winograd's with both tiles.
    let runs = backends.map {
      VerificationRun(name: $0.name, backends: $0, options: options)
    }
    let layer = network.layer
    var wanted = VerificationOptions(
      feeds: [.isolated], includes: { $0 == layer }, policy: policy)
    wanted.isInputSparse = trial.values == .impulses
    let outcome = try verifier.verify(golden.cases[0], runs: runs, options: wanted)
    return outcome.layers
  }
}

extension ProblemSweep {
  /// The convolutions of a network, with what is computed around them, on integers.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - input: The shape of its input.
  /// - Returns: A name and a trial for each convolution, in the order of the network.
  /// - Throws: Errors from planning.
  public static func exactTrials(of model: Model, input: TensorShape) throws -> [(
    layer: String, trial: ConvolutionTrial
  )] {
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: input,
      backends: BackendChoice(NaiveBackend()))
    return (0..<plan.stepCount).compactMap { index in
      plan.problem(ofStep: index).map { problem in
        (
          plan.name(ofStep: index),
          ConvolutionTrial(
            problem, surroundings: plan.surroundings(ofStep: index), seed: 1, values: .integers)
        )
      }
    }
  }
}

extension ConvolutionBackend {
  /// Whether the backend's algorithm for a problem rounds even where integers would be exact: see
  /// ``ExactRange``.
  func roundsIntegers(_ problem: ConvolutionProblem) -> Bool {
    switch description(of: problem, on: .best).algorithm {
    case .direct, .reassociated: false
    case .winograd(let transform): transform != .f2
    case .reduced: true
    }
  }
}
