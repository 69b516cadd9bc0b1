import Bench
import Verify

extension BenchReport {
  private static let timeColumns: [Table.Column] = [
    Table.Column("verdict", .left), Table.Column("min ms"), Table.Column("median ms"),
    Table.Column("GFLOP/s"), Table.Column("share"),
  ]

  private static let hotColumns: [Table.Column] = [
    Table.Column("hot ms"), Table.Column("GFLOP/s"), Table.Column("of peak"),
  ]

  /// A row for each step, in the order of the network.
  func stepTable(_ result: BenchmarkResult) -> Table {
    let namesBackend = result.steps.contains {
      !$0.executed.isEmpty && $0.executed != result.backend
    }
    var columns = [Table.Column("layer", .left, isFlexible: true)]
    if namesBackend { columns.append(Table.Column("ran on", .left, isFlexible: true)) }
    let showsHot = result.steps.contains { !$0.hot.isEmpty }
    var table = Table(columns + Self.timeColumns + (showsHot ? Self.hotColumns : []))
    for step in result.steps {
      var cells = [Span(step.name)]
      if namesBackend { cells.append(Span(step.executed.isEmpty ? "–" : step.executed)) }
      table.add(
        cells
          + times(
            step.samples, verdict: step.verdict, operations: step.operations, of: result)
          + (showsHot ? hot(step, of: result) : []))
    }
    table.addRule()
    table.add(
      [Span("network", .strong)] + (namesBackend ? [""] : []) + total(result)
        + (showsHot ? ["", "", ""] : []))
    return table
  }

  /// The cells of ``hotColumns``.
  private func hot(_ step: StepTiming, of result: BenchmarkResult) -> [Span] {
    guard let times = Statistics(step.hot) else { return ["–", "–", "–"] }
    let peak = result.peak * Double(result.threads)
    let rate = step.rate(at: times.minimum) ?? 0
    return [
      Span(NumberText.milliseconds(times.minimum)), Span(Self.rate(step.operations, times.minimum)),
      Span(peak > 0 ? NumberText.percent(rate / peak) : "–"),
    ]
  }

  /// A row for each group of steps; its times are those of the group's steps together.
  func groupTable(_ result: BenchmarkResult, by title: (StepTiming) -> String) -> Table {
    var table = Table(
      [Table.Column("step", .left, isFlexible: true), Table.Column("count")] + Self.timeColumns)
    for group in StepGroup.groups(of: result.steps, by: title) {
      table.add(
        [Span(group.title), Span(String(group.count))]
          + times(
            group.steps.totals, verdict: group.verdict, operations: group.operations, of: result))
    }
    table.addRule()
    table.add([Span("network", .strong), Span(String(result.steps.count))] + total(result))
    return table
  }

  /// All candidates, a row each.
  var comparisonTable: Table {
    let namesBatch = Set(results.map(\.batch)).count > 1
    var columns = [
      Table.Column("backend", .left, isFlexible: true), Table.Column("threads"),
      Table.Column("verdict", .left), Table.Column("min ms"), Table.Column("median ms"),
      Table.Column("cv"), Table.Column("GFLOP/s"), Table.Column("speed"),
    ]
    if namesBatch { columns.insert(Table.Column("batch"), at: 2) }
    var table = Table(columns)
    let first = results.first.flatMap { Self.timePerImage($0) }
    for result in results {
      guard let whole = Statistics(result.network), let time = Self.timePerImage(result) else {
        continue
      }
      table.add(
        [Span(result.backend), Span(String(result.threads))]
          + (namesBatch ? [Span(String(result.batch))] : [])
          + [
            Span(result.verdict), Span(NumberText.milliseconds(whole.minimum)),
            Span(NumberText.milliseconds(whole.median)),
            Span(NumberText.percent(whole.variation)),
            Span(Self.rate(result.operations, whole.minimum)),
            Span(first.map { NumberText.fixed($0 / time, 2) + "×" } ?? "–"),
          ])
    }
    return table
  }

  /// The shortest time of a run, divided by its images; nil if there is none.
  private static func timePerImage(_ result: BenchmarkResult) -> Double? {
    guard let whole = Statistics(result.network), whole.minimum > 0 else { return nil }
    return whole.minimum / Double(result.batch)
  }

  private func total(_ result: BenchmarkResult) -> [Span] {
    times(
      result.network, verdict: result.verdict, operations: result.operations, of: result)
  }

  /// The cells of ``timeColumns``.
  private func times(
    _ samples: [Int], verdict: Verdict?, operations: Int, of result: BenchmarkResult
  ) -> [Span] {
    guard let own = Statistics(samples), let whole = Statistics(result.network) else {
      return [Span(verdict)]
    }
    return [
      Span(verdict), Span(NumberText.milliseconds(own.minimum)),
      Span(NumberText.milliseconds(own.median)), Span(Self.rate(operations, own.minimum)),
      Span(NumberText.percent(whole.median > 0 ? own.median / whole.median : 0)),
    ]
  }

  /// GFLOP/s: operations a nanosecond; `–` where nothing is credited.
  private static func rate(_ operations: Int, _ nanoseconds: Double) -> String {
    guard operations > 0, nanoseconds > 0 else { return "–" }
    return NumberText.fixed(Double(operations) / nanoseconds, 1)
  }
}
