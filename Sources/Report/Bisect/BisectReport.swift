package import Verify

/// What a bisection has found, in a few lines.
package struct BisectReport: Sendable {
  package var outcome: Bisection.Outcome
  package var good: String
  package var bad: String

  package init(outcome: Bisection.Outcome, good: String, bad: String) {
    self.outcome = outcome
    self.good = good
    self.bad = bad
  }

  /// The most steps that are listed.
  private static let listedSteps = 10

  /// The report for people.
  ///
  /// - Parameter rerun: The command that judges one step again.
  /// - Returns: Lines; what they show of names is as it is.
  package func lines(rerun: (_ layer: LayerResult) -> String) -> [String] {
    var lines: [String] = []
    if let first = outcome.culprits.first {
      let deviation = first.deviation
      let position = first.worstPosition.map(String.init).joined(separator: ",")
      let fault =
        first.wasRun
        ? " [\(position)]: expected \(Float(deviation.expected)), got \(Float(deviation.got)), "
          + "error/bound \(NumberText.ratio(deviation.errorOverBound))"
        : ": \(first.verdict.rawValue): \(first.reason ?? "it was not run")"
      lines.append("first bad step: \(first.layer)\(fault)")
      lines.append("  " + rerun(first))
      let others = outcome.culprits.dropFirst()
      if !others.isEmpty {
        lines.append("\(others.count) more break their own bound:")
        lines += others.prefix(Self.listedSteps).map { "  \($0.layer) \($0.verdict.rawValue)" }
        if others.count > Self.listedSteps {
          lines.append("  … and \(others.count - Self.listedSteps) more")
        }
      }
    } else {
      lines.append("no step of \(bad) breaks its own bound")
    }
    if !outcome.goodIsGood {
      lines.append("\(good) itself gets the classes or the maps wrong; name a better --good")
    } else if outcome.flips {
      let steps = outcome.flippingSteps
      lines.append(
        "the answer flips with \(steps.count == 1 ? "this step" : "these \(steps.count) steps") on \(bad) "
          + "and the rest on \(good):")
      lines += steps.prefix(Self.listedSteps).map { "  \($0)" }
      if steps.count > Self.listedSteps {
        lines.append("  … and \(steps.count - Self.listedSteps) more")
      }
      lines += outcome.classes.filter { $0.verdict == .fail }.map {
        "  class \($0.top5.first ?? -1) instead of \($0.goldenTop5.first ?? -1)"
      }
      lines += outcome.maps.filter { $0.meaning == .fail }.prefix(Self.listedSteps).map {
        "  map of class \($0.classIndex): relative L2 \(NumberText.scientific($0.relativeL2))"
      }
    } else if outcome.classes.isEmpty, outcome.maps.isEmpty {
      lines.append("the golden stores no classes or maps to flip")
    } else {
      lines.append("the most likely class and the maps are the golden's")
    }
    lines.append("\(outcome.runs) runs of the network")
    return lines
  }
}
