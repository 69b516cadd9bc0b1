package import Bench
import Kernels
import Verify

/// What a benchmark found: the candidates of one model, measured in turn.
package struct BenchReport: Sendable {
  package var context: ReportContext
  package var results: [BenchmarkResult]

  /// What one reading of the clock costs, in nanoseconds; see `SamplingOptions.clockCost()`.
  package var clockCost: Double

  package init(context: ReportContext, results: [BenchmarkResult], clockCost: Double) {
    self.context = context
    self.results = results
    self.clockCost = clockCost
  }

  /// The report for people: for each candidate the table of its steps and that of the kinds of
  /// steps, then all candidates side by side.
  ///
  /// - Parameter layers: Whether every step has a row of its own; otherwise those of one kind and
  ///   output size share one.
  /// - Returns: Blocks to print as text or as Markdown.
  package func document(layers: Bool) -> Document {
    var document = Document()
    document.add(.lines(headerLines))
    for (result, candidate) in zip(results, candidates) {
      document.add(.heading(title(of: result)))
      let steps = layers ? stepTable(result) : groupTable(result, by: \.problemClass)
      let kinds = groupTable(result, by: \.kind)
      document.add(.table(steps))
      if kinds.rows.count < steps.rows.count { document.add(.table(kinds)) }
      document.add(.lines(notes(on: candidate)))
    }
    if results.count > 1 {
      document.add(.heading("Side by side"))
      document.add(.table(comparisonTable))
    }
    if results.isEmpty { document.add(.lines([[Span("nothing was measured", .bad)]])) }
    return document
  }

  private var headerLines: [[Span]] {
    [[Span(context.buildLine, .faint)], [Span(context.machineLine, .faint)]]
      + context.pluginLines.map { [Span($0, .faint)] }
      + context.machine.warnings.map { [Span("warning", .doubtful), Span(": " + $0)] }
  }

  /// A candidate with its circumstances.
  private func title(of result: BenchmarkResult) -> String {
    "\(result.model) on \(result.backend), \(Self.threads(result)), "
      + "\(result.instructionSet.rawValue), input \(result.inputShape)"
  }

  static func threads(_ result: BenchmarkResult) -> String {
    "\(result.threads) thread\(result.threads == 1 ? "" : "s")"
  }

  private func notes(on candidate: CandidateEntry) -> [[Span]] {
    if let reason = candidate.reason, let verdict = candidate.verdict {
      return [[Span(verdict.rawValue, .bad), Span(", so that there are no times: \(reason)")]]
    }
    guard let mean = candidate.mean, let variation = candidate.variation, let p90 = candidate.p90,
      let p99 = candidate.p99
    else { return [] }
    var lines = [
      [
        Span(
          "whole runs: n \(candidate.repetitions), mean \(NumberText.milliseconds(mean)) ms, "
            + "cv \(NumberText.percent(variation)), p90 \(NumberText.milliseconds(p90)), "
            + "p99 \(NumberText.milliseconds(p99))")
      ]
    ]
    if candidate.weightBytes > 0 || candidate.activationBytes > 0 {
      lines.append([
        Span(
          "memory: packed weights \(NumberText.megabytes(candidate.weightBytes)), activations "
            + "\(NumberText.megabytes(candidate.activationBytes)) planned "
            + "(\(NumberText.megabytes(candidate.unsharedActivationBytes)) unshared), scratch "
            + "\(NumberText.megabytes(candidate.scratchBytes)); process at most "
            + "\(NumberText.megabytes(candidate.processPeakBytes))")
      ])
    }
    if let peak = candidate.peak {
      lines.append([
        Span("peak: \(NumberText.fixed(peak, 1)) GFLOP/s a core, measured in registers", .faint)
      ])
    }
    if let share = candidate.clockShare {
      lines.append([Span("reading the clock: \(NumberText.percent(share)) of a run", .faint)])
    }
    if let share = candidate.isolationShare {
      lines.append([
        Span(
          "isolation: going to the kernels' process and back takes \(NumberText.percent(share)) of a run",
          .faint)
      ])
    }
    if !candidate.isWarm {
      lines.append([
        Span("warning", .doubtful),
        Span(": the times were still falling after \(candidate.warmUpCount) runs of warm-up"),
      ])
    }
    return lines
  }
}
