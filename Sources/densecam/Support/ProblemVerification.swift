import Files
import Kernels
import Net
import Report
import Verify

/// Holds backends against the definition on single convolutions.
struct ProblemVerification {
  /// What `--problems` said.
  let source: String
  let seed: UInt64
  let sweep: ProblemSweep
  let values: ConvolutionTrial.Values

  /// What a command needs to repeat a trial, beside the trial and the backend.
  let rerun: RerunCommand

  /// The trials that the source stands for: a file's, random ones, or a problem itself.
  ///
  /// - Throws: ``ProblemError`` or ``FileError`` that says what cannot be read.
  func trials() throws -> [ConvolutionTrial] {
    if let random = try ProblemList.random(source, values: values) { return random }
    if ConvolutionProblem.looksLikeNotation(source) {
      return try ProblemList.trials(notation: source, seed: seed, values: values)
    }
    return try ProblemList.trials(
      in: TextFile.read(source), name: source, seed: seed, values: values)
  }

  /// Runs the trials until they end or Ctrl-C is pressed.
  ///
  /// - Throws: What a trial throws.
  func run() throws -> VerifyReport.Golden {
    let trials = try trials()
    let progress = ProgressBar(source)
    defer { progress.clear() }
    var result = CaseResult(name: "problems")
    for (index, trial) in trials.enumerated() where !Interruption.isRequested {
      result.layers += try sweep.run(trial)
      progress.update(Double(index + 1) / Double(trials.count))
    }
    return VerifyReport.Golden(
      path: source, header: GoldenFile.unrecordedHeader(model: "\(trials.count) problems"),
      cases: [result])
  }

  /// The failures for which a smaller trial is looked for; after so many, it is more of the same.
  static let shrunkFailures = 3

  /// A command that repeats one failure and, if wanted, one for the simplest trial that still fails.
  func rerun(_ layer: LayerResult, shrinking: Bool) -> [String] {
    guard let seed = layer.caseName.split(separator: " ").last.flatMap({ UInt64($0) }),
      let trial = try? ConvolutionTrial(notation: layer.layer, seed: seed, values: values)
    else { return [] }
    let failing = command(trial, layer.requested)
    guard shrinking, let backend = sweep.backends.first(where: { $0.name == layer.requested })
    else {
      return [failing]
    }
    var single = sweep
    single.backends = [backend]
    let simplest = trial.shrunk { candidate in
      !Interruption.isRequested && (try? single.run(candidate))?.first?.verdict == .fail
    }
    return simplest == trial
      ? [failing] : [failing, "smaller: " + command(simplest, layer.requested)]
  }

  private func command(_ trial: ConvolutionTrial, _ backend: String) -> String {
    let words =
      rerun.environment + [
        "densecam verify --problems", "\(trial)".shellQuoted, "--seed \(trial.seed)", "--backend",
        backend.shellQuoted,
      ] + rerun.options
    return words.joined(separator: " ")
  }
}
