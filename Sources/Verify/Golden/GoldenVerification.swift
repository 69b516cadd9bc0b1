public import Kernels
public import Net

/// The outcome for one golden file.
public struct GoldenResult: Sendable {
  public var path: String
  public var header: GoldenHeader
  public var cases: [CaseResult]

  public init(path: String, header: GoldenHeader, cases: [CaseResult]) {
    self.path = path
    self.header = header
    self.cases = cases
  }
}

/// Compares ways of running networks with golden files, one after the other.
public struct GoldenVerification {
  /// The ways to run each network.
  public var runs: [VerificationRun]

  /// What the layers are given.
  public var feeds: Set<LayerResult.Feed>

  /// The rules by which errors become verdicts.
  public var policy: Policy

  /// Whether convolutions are computed on integers instead of the golden's values.
  public var isExact = false

  /// A regular expression for the names of the layers to judge; nil for all.
  public var match: String?

  /// The precision assumed for goldens in single precision.
  public var precision = GoldenPrecision.f32

  /// Makes the input of a case again from its picture; nil to use the golden's.
  public var prepare: ((GoldenCase, GoldenFile) throws -> Tensor<Float>)?

  /// Asked before each case; what is done is kept.
  public var shouldStop: () -> Bool = { false }

  /// Called with the case that is being judged and the share of it that is done.
  public var progress: (_ title: String, _ share: Double) -> Void = { _, _ in }

  /// Called with each result on a layer as it comes, with the golden and its case.
  package var found: (_ layer: LayerResult, _ golden: String, _ goldenCase: String) throws -> Void =
    {
      _, _, _ in
    }

  private let model: (GoldenFile) throws -> Model
  private let team: WorkerTeam

  /// - Parameters:
  ///   - runs: The ways to run each network.
  ///   - feeds: What the layers are given.
  ///   - policy: The rules by which errors become verdicts.
  ///   - team: The threads.
  ///   - model: Finds the network of a golden.
  public init(
    runs: [VerificationRun], feeds: Set<LayerResult.Feed>, policy: Policy, team: WorkerTeam,
    model: @escaping (GoldenFile) throws -> Model
  ) {
    self.runs = runs
    self.feeds = feeds
    self.policy = policy
    self.team = team
    self.model = model
  }

  /// Verifies files until they are done or ``shouldStop`` returns true.
  ///
  /// - Parameter paths: The goldens.
  /// - Returns: One result per golden.
  /// - Throws: Errors from reading or running a golden or its model, or ``PolicyError`` if ``match`` is not
  ///   a regular expression.
  public func run(_ paths: [String]) throws -> [GoldenResult] {
    var results: [GoldenResult] = []
    for path in paths where !shouldStop() {
      var golden = try GoldenFile(path: path)
      golden.precision = precision
      let network = try model(golden)
      let names = try names(in: network)
      var result = GoldenResult(path: path, header: golden.header, cases: [])
      for goldenCase in golden.cases where !shouldStop() {
        result.cases.append(
          try isExact
            ? verifyExactly(goldenCase, of: golden, network, names)
            : verify(goldenCase, of: golden, network, names))
      }
      results.append(result)
    }
    return results
  }

  private func verify(
    _ goldenCase: GoldenCase, of golden: GoldenFile, _ network: Model, _ names: Set<String>
  ) throws -> CaseResult {
    var options = VerificationOptions(
      feeds: feeds, includes: { names.contains($0) }, policy: policy)
    if let prepare { options.inputs[goldenCase.name] = try prepare(goldenCase, golden) }
    let title = "\(golden.path) \(goldenCase.name)"
    return try Verifier(
      graph: network.graph, parameters: network.parameters, golden: golden, team: team
    ).verify(goldenCase, runs: runs, options: options) {
      progress(title, $0)
    } found: {
      try found($0, golden.path, goldenCase.name)
    }
  }

  /// Computes the convolutions of the network on integers.
  private func verifyExactly(
    _ goldenCase: GoldenCase, of golden: GoldenFile, _ network: Model, _ names: Set<String>
  ) throws -> CaseResult {
    let trials = try ProblemSweep.exactTrials(of: network, input: goldenCase.input.shape)
      .filter { names.contains($0.layer) }
    let sweep = ProblemSweep(
      backends: runs.map(\.backends), options: runs.first?.options ?? .standard, policy: policy,
      team: team)
    let title = "\(golden.path) \(goldenCase.name)"
    var result = CaseResult(name: goldenCase.name)
    for (index, trial) in trials.enumerated() where !shouldStop() {
      let layers = try sweep.run(trial.trial, named: trial.layer)
      for layer in layers { try found(layer, golden.path, goldenCase.name) }
      result.layers += layers
      progress(title, Double(index + 1) / Double(trials.count))
    }
    return result
  }

  /// The layers to judge, by name.
  private func names(in network: Model) throws -> Set<String> {
    let names = network.graph.nodes.map(\.name)
    guard let match else { return Set(names) }
    guard let pattern = try? Regex(match) else {
      throw PolicyError(description: "--match \(match): is not a regular expression")
    }
    return Set(names.filter { $0.contains(pattern) })
  }
}

extension GoldenFile {
  /// Refuses a network that the golden was not recorded from.
  ///
  /// - Throws: ``GoldenError`` that says what differs, or errors from computing the model's sums.
  public func check(isOf model: Model) throws {
    let digests = try model.digests()
    guard digests.graph == header.symbolSHA256 else {
      throw GoldenError(
        .mismatch, path: path,
        "was recorded from the network \(header.model), and \(model.name) is another one "
          + "(their symbols differ)")
    }
    guard digests.weights == header.weightsSHA256 else {
      throw GoldenError(
        .mismatch, path: path,
        "was recorded with other weights than those of \(model.name); record it again with "
          + "`densecam golden record` if the weights were meant to change")
    }
  }
}
