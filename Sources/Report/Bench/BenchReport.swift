package import Bench
import Kernels

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
    for result in results {
      document.add(.heading(title(of: result)))
      let steps = layers ? stepTable(result) : groupTable(result, by: \.problemClass)
      let kinds = groupTable(result, by: \.kind)
      document.add(.table(steps))
      if kinds.rows.count < steps.rows.count { document.add(.table(kinds)) }
      document.add(.lines(notes(on: result)))
    }
    if results.count > 1 {
      document.add(.heading("Side by side"))
      document.add(.table(comparisonTable))
      document.add(
        .lines([[Span("speed: images a second at min, the first candidate's being 1", .faint)]]))
    }
    if results.isEmpty { document.add(.lines([[Span("nothing was measured", .bad)]])) }
    return document
  }

  private var headerLines: [[Span]] {
    [[Span(context.buildLine, .faint)], [Span(context.machineLine, .faint)]]
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

  private func notes(on result: BenchmarkResult) -> [[Span]] {
    guard let whole = Statistics(result.network) else { return [] }
    var lines = [
      [
        Span(
          "whole runs: n \(whole.count), mean \(NumberText.milliseconds(whole.mean)) ms, "
            + "cv \(NumberText.percent(whole.variation)), "
            + "p90 \(NumberText.milliseconds(whole.p90)), "
            + "p99 \(NumberText.milliseconds(whole.p99))")
      ],
      [
        Span(
          "GFLOP/s: the direct algorithm's operations over min; share: of the median", .faint)
      ],
    ]
    if result.memory.weights > 0 || result.memory.activations > 0 {
      let memory = result.memory
      lines.append([
        Span(
          "memory: packed weights \(NumberText.megabytes(memory.weights)), activations "
            + "\(NumberText.megabytes(memory.activations)) planned "
            + "(\(NumberText.megabytes(memory.unsharedActivations)) unshared), scratch "
            + "\(NumberText.megabytes(memory.scratch)); process at most "
            + "\(NumberText.megabytes(memory.processPeak))")
      ])
    }
    if result.peak > 0 {
      lines.append([
        Span(
          "peak: \(NumberText.fixed(result.peak, 1)) GFLOP/s a core, measured in registers", .faint)
      ])
    }
    let readings = clockCost * Double(result.steps.count + 2)
    if whole.minimum > 0 {
      lines.append([
        Span(
          "reading the clock: \(NumberText.percent(readings / whole.minimum)) of a run", .faint)
      ])
    }
    if !result.isWarm {
      lines.append([
        Span("warning", .doubtful),
        Span(": the times were still falling after \(result.warmUpCount) runs of warm-up"),
      ])
    }
    return lines
  }
}
