import Bench
import Kernels
import Report
import Verify

/// Commands that judge a part of a run again, as it was judged there, to be pasted into a shell.
struct RerunCommand {
  let settings: RunSettings

  /// The environment variables that were forced in the run, as written before a command.
  let environment: [String]

  init(_ settings: RunSettings, on machine: MachineDescription) {
    self.settings = settings
    var environment: [String] = []
    if machine.isInstructionSetForced {
      environment.append("DENSECAM_ISA=\(machine.instructionSet.shellQuoted)")
    }
    if let core = machine.forcedBLASCore {
      environment.append("OPENBLAS_CORETYPE=\(core.shellQuoted)")
    }
    self.environment = environment
  }

  /// The command for one layer of a golden.
  ///
  /// - Parameters:
  ///   - layer: The layer.
  ///   - golden: The golden's path.
  ///   - backend: The backend, if the layer's run had another name.
  /// - Returns: The command.
  func layer(_ layer: LayerResult, of golden: String, backend: String? = nil) -> String {
    let words =
      environment + [
        "densecam verify", golden.asArgument, "--backend",
        (backend ?? layer.requested).shellQuoted,
      ]
      + (settings.model.map { ["--model", $0.shellQuoted] } ?? [])
      + (settings.images.map { ["--images", $0.shellQuoted] } ?? []) + options + [
        "--feed", layer.feed.rawValue, "--match", "^\(layer.layer.regexEscaped)$".shellQuoted,
      ]
    return words.joined(separator: " ")
  }

  /// The number of failures for which a smaller trial is searched; more would add little.
  static let shrunkFailures = 3

  /// The command that repeats one failure of single convolutions and, if wanted, one for the simplest trial
  /// that still fails.
  func problem(
    _ layer: LayerResult, of verification: ProblemVerification, shrinking: Bool = false
  ) -> [String] {
    guard let trial = verification.trial(of: layer) else { return [] }
    let failing = command(trial, layer.requested)
    // One that does not end in time would take that time for each trial.
    guard shrinking, layer.verdict != .timedOut, layer.verdict != .outOfMemory else {
      return [failing]
    }
    let simplest = verification.simplest(trial, on: layer.requested)
    return simplest == trial
      ? [failing] : [failing, "smaller: " + command(simplest, layer.requested)]
  }

  private func command(_ trial: ConvolutionTrial, _ backend: String) -> String {
    let words =
      environment + [
        "densecam verify --problems", "\(trial)".shellQuoted, "--seed \(trial.seed)", "--backend",
        backend.shellQuoted,
      ] + options
    return words.joined(separator: " ")
  }

  /// The commands that run a layer of saved results again.
  static func saved(_ report: VerifyReport) throws -> (String, LayerResult) -> [String] {
    let command = RerunCommand(report.settings, on: report.context.machine)
    guard let problems = report.settings.problems else {
      return { golden, layer in [command.layer(layer, of: golden)] }
    }
    let verification = ProblemVerification(
      source: problems, seed: 1,
      sweep: ProblemSweep(backends: [], team: try WorkerTeam(count: 1)),
      values: report.settings.policy == "exact" ? .integers : .uniform)
    return { _, layer in command.problem(layer, of: verification) }
  }

  /// The options that matter to goldens and to problems.
  var options: [String] {
    var words: [String] = []
    if settings.isolates == true { words.append("--isolate") }
    for plugin in settings.plugins ?? [] { words += ["--plugin", plugin.asArgument] }
    if let threads = settings.threads { words += ["--threads", "\(threads)"] }
    if settings.noFuse { words.append("--no-fuse") }
    if let precision = settings.goldenPrecision {
      words += ["--golden-precision", precision.shellQuoted]
    }
    if let passes = settings.withoutPass { words += ["--without-pass", passes.shellQuoted] }
    if let policy = settings.policy { words += ["--policy", policy.shellQuoted] }
    if let atol = settings.atol { words += ["--atol", "\(atol)"] }
    if let rtol = settings.rtol { words += ["--rtol", "\(rtol)"] }
    return words
  }
}
