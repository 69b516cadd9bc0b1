import Bench

extension BenchReport {
  /// A row for each step, in the order of the network.
  func stepTable(_ result: BenchmarkResult) -> Table {
    let namesBackend = result.steps.contains {
      !$0.executed.isEmpty && $0.executed != result.backend
    }
    return TimingEntry.table(
      result.steps.map { TimingEntry($0, of: result) }, total: TimingEntry(wholeOf: result),
      without: Set(["step_kind", "count"] + (namesBackend ? [] : ["executed"])))
  }

  /// A row for each group of steps; its times are those of the group's steps together.
  func groupTable(_ result: BenchmarkResult, by title: (StepTiming) -> String) -> Table {
    TimingEntry.table(
      StepGroup.groups(of: result.steps, by: title).map { TimingEntry($0, of: result) },
      total: TimingEntry(wholeOf: result), without: ["layer", "executed"])
  }

  /// All candidates that were measured, a row each.
  var comparisonTable: Table {
    let namesBatch = Set(results.map(\.batch)).count > 1
    return CandidateEntry.table(
      candidates.filter { $0.repetitions > 0 || $0.reason != nil },
      without: namesBatch ? [] : ["batch"])
  }

  /// All candidates, in their order.
  var candidates: [CandidateEntry] {
    results.map { CandidateEntry($0, first: results.first, clockCost: clockCost) }
  }
}
