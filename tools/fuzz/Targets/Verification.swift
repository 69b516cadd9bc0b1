import Formats
import Kernels
import Net
import Report
import Verify

@testable import densecam

extension FuzzTarget {
  /// Lists of problems in benchdnn's notation; small ones are computed by every backend.
  static let problems = FuzzTarget("problems") { bytes in
    let trials = try ProblemList.trials(
      in: String(decoding: bytes, as: UTF8.self), name: "list", seed: 1, values: .uniform)
    let sweep = ProblemSweep(
      backends: BackendRegistry.builtIn.all.map { BackendChoice($0) },
      team: try WorkerTeam(count: 1))
    for trial in trials.prefix(8) {
      let text = "\(trial)"
      let again = try? ConvolutionTrial(notation: text, seed: 1)
      precondition(again.map { "\($0)" } == text, "what is written is not what is read")
      let problem = trial.problem
      for backend in BackendRegistry.builtIn.all where backend.refusal(of: problem) == nil {
        for set in InstructionSet.supported {
          let target = ExecutionTarget(set)
          _ = backend.description(of: problem, on: target)
          _ = backend.delegate(for: problem, on: target).name
        }
      }
      guard isSmall(problem) else { continue }
      let verdicts = try sweep.run(trial).map(\.verdict)
      precondition(!verdicts.contains(.fail), "a right backend fails")
    }
  }

  private static func isSmall(_ problem: ConvolutionProblem) -> Bool {
    let limit = 1 << 10
    return [problem.input.count, problem.output.count, problem.weightCount, problem.depth]
      .allSatisfy { (0...limit).contains($0) }
      && problem.output.count * problem.depth < 1 << 14
  }

  /// Policies, and their verdicts on a layer.
  static let policy = FuzzTarget("policy") { bytes in
    let policy = try Policy(json: String(decoding: bytes, as: UTF8.self), name: "policy.json")
    var deviation = Deviation()
    deviation.count = 1
    for layer in ["conv2", "stage1_unit2_conv1 (a+b)", ""] {
      _ = policy.verdict(
        on: deviation, guardsIntact: true, layer: layer, operation: "Convolution")
    }
  }

  /// Saved results of `verify`, judged again and written in every format.
  static let results = FuzzTarget("results") { bytes in
    var report = try VerifyReport(
      text: String(decoding: bytes, as: UTF8.self), name: "results.json")
    let rerun = try RerunCommand.saved(report)
    for policy in [nil, Policy.bitwise] {
      if let policy { report.judge(by: policy) }
      for format in VerifyCommand.Formats.formats {
        _ = try report.text(as: format, all: true, isForFile: true, rerun: rerun)
      }
    }
    let again = try? VerifyReport(json: report.json(), name: "again")
    precondition(again?.verdict == report.verdict, "what is written is not what is read")
    let lines = try? VerifyReport(text: report.jsonLines(), name: "lines")
    precondition(lines?.verdict == report.verdict, "the lines that are written are not what is read")
  }
}
