import Files
import Kernels
import Report
import Verify

/// Results that `verify --format json` has saved, to be judged again without a run.
enum SavedResults {
  /// The largest file that is read, in bytes: some 100,000 layers.
  static let largestSize = 256 << 20

  /// Reads results and judges them.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - policy: The options; if they say nothing, the policy of the run decides again.
  /// - Returns: The results with their verdicts.
  /// - Throws: ``UsageError``, ``PolicyError``, ``ReportError`` or `FileError` that says what is wrong.
  static func read(_ path: String, judgedBy policy: PolicyOptions) throws -> VerifyReport {
    var rules: Policy?
    if policy.isGiven {
      guard case .policy(let given) = try policy.choice() else {
        throw UsageError("--policy exact has to run; --from judges what was run before")
      }
      rules = given
    }
    var report = try VerifyReport(
      json: TextFile.read(path, upTo: largestSize), name: path)
    if let rules {
      report.judge(by: rules)
      policy.note(in: &report.settings)
    }
    return report
  }

  /// The commands that run a layer of the results again.
  static func rerun(_ report: VerifyReport) throws -> (String, LayerResult) -> [String] {
    let command = RerunCommand(report.settings, on: report.context.machine)
    guard let problems = report.settings.problems else {
      return { golden, layer in [command.layer(layer, of: golden)] }
    }
    let sweep = ProblemVerification(
      source: problems, seed: 1,
      sweep: ProblemSweep(backends: [], team: try WorkerTeam(count: 1)),
      values: report.settings.policy == "exact" ? .integers : .uniform, rerun: command)
    return { _, layer in sweep.rerun(layer, shrinking: false) }
  }
}
