import Files
import Kernels
import Net

/// Compares backends with the definition on single convolutions.
package struct ProblemVerification {
  /// What the trials come from: a file, `random:N@SEED`, or a problem in benchdnn's notation.
  package let source: String

  /// The seed of the numbers of a file's trials.
  package let seed: UInt64

  /// The backends, and how they are judged.
  package let sweep: ProblemSweep

  /// Which numbers are drawn.
  package let values: ConvolutionTrial.Values

  /// Asked before each trial; what is done is kept.
  package var shouldStop: () -> Bool = { false }

  /// Called with the share of the trials that is done.
  package var progress: (_ share: Double) -> Void = { _ in }

  /// Called with each result as it comes.
  package var found: (LayerResult) throws -> Void = { _ in }

  package init(
    source: String, seed: UInt64, sweep: ProblemSweep, values: ConvolutionTrial.Values
  ) {
    self.source = source
    self.seed = seed
    self.sweep = sweep
    self.values = values
  }

  /// The trials of the source.
  ///
  /// - Throws: ``ProblemError`` or `FileError` that says what cannot be read.
  private func trials() throws -> [ConvolutionTrial] {
    if let random = try ProblemList.random(source, values: values) { return random }
    if ConvolutionProblem.looksLikeNotation(source) {
      return try ProblemList.trials(notation: source, seed: seed, values: values)
    }
    return try ProblemList.trials(
      in: TextFile.read(source), name: source, seed: seed, values: values)
  }

  /// Runs the trials until they are done or ``shouldStop`` returns true.
  ///
  /// - Returns: The results, as if of a golden with one case.
  /// - Throws: ``ProblemError`` or `FileError` if the source cannot be read, or errors from a trial.
  package func run() throws -> GoldenResult {
    let trials = try trials()
    var result = CaseResult(name: Self.caseName)
    for (index, trial) in trials.enumerated() where !shouldStop() {
      let layers = try sweep.run(trial)
      for layer in layers { try found(layer) }
      result.layers += layers
      progress(Double(index + 1) / Double(trials.count))
    }
    return outcome(of: trials, [result])
  }

  /// What ``run()`` returns before anything has been run.
  ///
  /// - Throws: ``ProblemError`` or `FileError` if the source cannot be read.
  package func empty() throws -> GoldenResult { outcome(of: try trials(), []) }

  /// The name of the only case.
  package static let caseName = "problems"

  private func outcome(of trials: [ConvolutionTrial], _ cases: [CaseResult]) -> GoldenResult {
    let model = "\(trials.count) problem\(trials.count == 1 ? "" : "s")"
    return GoldenResult(
      path: source, header: GoldenFile.unrecordedHeader(model: model), cases: cases)
  }

  /// The trial that a result is of; nil if its names are not those of one.
  package func trial(of layer: LayerResult) -> ConvolutionTrial? {
    guard let seed = layer.caseName.split(separator: " ").last.flatMap({ UInt64($0) }) else {
      return nil
    }
    return try? ConvolutionTrial(notation: layer.layer, seed: seed, values: values)
  }

  /// The simplest trial that still fails on a backend; the trial itself if none is simpler, or if the sweep
  /// does not know the backend.
  package func simplest(_ trial: ConvolutionTrial, on backend: String) -> ConvolutionTrial {
    var single = sweep
    single.backends.removeAll { $0.name != backend }
    guard !single.backends.isEmpty else { return trial }
    return trial.shrunk { candidate in
      !shouldStop() && (try? single.run(candidate))?.first?.verdict.isFailure == true
    }
  }
}
