package import Bench
import Kernels
import Verify

/// What a benchmark found: the candidates of one model, measured in turn.
package struct BenchReport: Sendable {
  package var context: ReportContext
  package var results: [BenchmarkResult]

  /// What one reading of the clock costs, in nanoseconds; see `SamplingOptions.clockCost()`.
  package var clockCost: Double

  /// Whether each thread stayed on a processor of its own, and whether they ran before other programs.
  package var isPinned: Bool
  package var hasPriority: Bool

  package init(
    context: ReportContext, results: [BenchmarkResult], clockCost: Double, isPinned: Bool = false,
    hasPriority: Bool = false
  ) {
    self.context = context
    self.results = results
    self.clockCost = clockCost
    self.isPinned = isPinned
    self.hasPriority = hasPriority
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
      document.add(.lines(notes(on: candidate, result)))
    }
    if results.count > 1 {
      document.add(.heading("Side by side"))
      document.add(.table(comparisonTable))
    }
    if results.isEmpty { document.add(.lines([[Span("nothing was measured", .bad)]])) }
    return document
  }

  private var headerLines: [[Span]] {
    let settings = [isPinned ? "threads pinned" : nil, hasPriority ? "with priority" : nil]
    let machine = ([context.machineLine] + settings.compactMap { $0 }).joined(separator: ", ")
    return [[Span(context.buildLine, .faint)], [Span(machine, .faint)]]
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

  private func notes(on candidate: CandidateEntry, _ result: BenchmarkResult) -> [[Span]] {
    if let reason = candidate.reason, let verdict = candidate.verdict {
      return [[Span(verdict.rawValue, .bad), Span(", so that there are no times: \(reason)")]]
    }
    guard let mean = candidate.mean, let variation = candidate.variation, let p90 = candidate.p90,
      let p99 = candidate.p99
    else { return [] }
    var whole =
      "whole runs: n \(candidate.repetitions), mean \(NumberText.milliseconds(mean)) ms, "
    whole += "cv \(NumberText.percent(variation)), p90 \(NumberText.milliseconds(p90)), "
    whole += "p99 \(NumberText.milliseconds(p99)), "
    whole += "p99.9 \(NumberText.milliseconds(candidate.p999 ?? p99)); "
    whole += "\(candidate.outlierCount) outlier\(candidate.outlierCount == 1 ? "" : "s")"
    if candidate.setAsideCount > 0 {
      whole += ", \(candidate.setAsideCount) set aside under a throttled clock"
    }
    var lines = [[Span(whole)]]
    if let preparation = candidate.preparation, let first = candidate.firstRun {
      lines.append([
        Span(
          "preparation: \(NumberText.milliseconds(preparation)) ms, first run "
            + "\(NumberText.milliseconds(first)) ms")
      ])
    }
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
    let beyond = result.steps.map { TimingEntry($0, of: result) }.filter {
      ($0.shareOfRoof ?? 0) > 1 || ($0.hotShareOfRoof ?? 0) > 1
    }
    if let first = beyond.first {
      lines.append([
        Span("warning", .doubtful),
        Span(
          ": \(first.layer)\(beyond.count > 1 ? " and \(beyond.count - 1) others" : "") took less "
            + "time than the roofs allow: the data were in a nearer cache than was taken for granted, or "
            + "the roofs were measured while others used the machine (doctor --measure)"),
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
