import Files
import Explain
import Kernels
import Net
import Report
import Verify

/// Holds backends against golden files.
struct GoldenVerification {
  /// The model to use instead of those that the goldens name.
  let model: String?
  let backends: [BackendChoice]
  let options: PlanOptions
  let feeds: Set<LayerResult.Feed>

  /// A regular expression for the names of the layers to judge.
  let match: String?

  /// The folder of the pictures, if inputs are to be prepared anew.
  let images: String?
  let choice: PolicyOptions.Choice

  /// What goldens in single precision are held to be of.
  let precision: GoldenPrecision
  let team: WorkerTeam

  var policy: Policy {
    switch choice {
    case .policy(let policy): policy
    case .exact: .bitwise
    }
  }

  /// Verifies files until they end or Ctrl-C is pressed.
  ///
  /// - Throws: What reading a golden, its model or running it throws.
  func run(_ paths: [String]) throws -> [VerifyReport.Golden] {
    var models = ModelCache(team: team)
    var reports: [VerifyReport.Golden] = []
    for path in paths where !Interruption.isRequested {
      var golden = try GoldenFile(path: path)
      golden.precision = precision
      let network = try models.model(of: golden, named: model)
      var report = VerifyReport.Golden(path: path, header: golden.header, cases: [])
      for goldenCase in golden.cases where !Interruption.isRequested {
        report.cases.append(try verify(goldenCase, of: golden, network))
      }
      reports.append(report)
    }
    return reports
  }

  private func verify(_ goldenCase: GoldenCase, of golden: GoldenFile, _ network: Model) throws
    -> CaseResult
  {
    let names = try names(in: network)
    let progress = ProgressBar("\(golden.path) \(goldenCase.name)")
    defer { progress.clear() }
    guard case .policy(let policy) = choice else {
      return try verifyExactly(goldenCase, network, names, progress)
    }
    var options = VerificationOptions(
      feeds: feeds, includes: { names.contains($0) }, policy: policy)
    if let images {
      options.inputs[goldenCase.name] = try input(of: goldenCase, golden, images)
    }
    let verifier = Verifier(
      graph: network.graph, parameters: network.parameters, golden: golden, team: team)
    return try verifier.verify(
      goldenCase,
      runs: backends.map {
        VerificationRun(name: $0.name, backends: $0, options: self.options)
      }, options: options, progress: progress.update)
  }

  /// Computes the convolutions of the network on integers.
  private func verifyExactly(
    _ goldenCase: GoldenCase, _ network: Model, _ names: Set<String>, _ progress: ProgressBar
  ) throws -> CaseResult {
    let sweep = ProblemSweep(
      backends: backends, options: options, policy: policy, team: team)
    let trials = try ProblemSweep.exactTrials(of: network, input: goldenCase.input.shape)
      .filter { names.contains($0.layer) }
    var result = CaseResult(name: goldenCase.name)
    for (index, trial) in trials.enumerated() where !Interruption.isRequested {
      result.layers += try sweep.run(trial.trial, named: trial.layer)
      progress.update(Double(index + 1) / Double(trials.count))
    }
    return result
  }

  /// The layers to judge, by name.
  private func names(in network: Model) throws -> Set<String> {
    let names = network.graph.nodes.map(\.name)
    guard let match else { return Set(names) }
    do {
      let pattern = try Regex(match)
      return Set(names.filter { $0.contains(pattern) })
    } catch {
      throw UsageError("--match \(match): is no regular expression")
    }
  }

  /// A case's input, made anew from its picture.
  private func input(of goldenCase: GoldenCase, _ golden: GoldenFile, _ folder: String) throws
    -> Tensor<Float>
  {
    guard let preprocessing = Preprocessing(goldenCase.preprocessing) else {
      throw GoldenError(
        .mismatch, path: golden.path,
        "case \(goldenCase.name) does not say how its picture was prepared")
    }
    let path = "\(folder)/\(goldenCase.source)"
    let hash = try SHA256Digest.ofFile(path)
    guard goldenCase.sourceSHA256.isEmpty || hash == goldenCase.sourceSHA256 else {
      throw GoldenError(
        .mismatch, path: golden.path, "case \(goldenCase.name) was made from another \(path)")
    }
    return try preprocessing.prepare(path).warned(of: path).input
  }
}
