import Bench
import Kernels
import Verify

/// How fast a step ran within the network, or several steps together, or the whole network.
struct TimingEntry: ColumnRow {
  var model = ""
  var backend = ""
  var batch = 0
  var threads = 0
  var layer = ""
  var kind = ""
  var count = 1
  var executed = ""
  var problem = ""
  var verdict: Verdict?
  var errorOverBound: Double?

  /// In milliseconds, as ``median`` and ``hotMinimum``; nil if nothing was measured.
  var minimum: Double?
  var median: Double?
  var rate: Double?
  var share: Double?
  var hotMinimum: Double?
  var hotRate: Double?
  var shareOfPeak: Double?
}

extension TimingEntry {
  /// The whole network.
  static let wholeNetwork = "network"

  /// A step of a candidate.
  init(_ step: StepTiming, of result: BenchmarkResult) {
    self.init(
      step.samples, verdict: step.verdict, operations: step.operations, of: result)
    layer = step.name
    kind = step.problemClass
    executed = step.executed
    problem = step.problem?.description ?? ""
    errorOverBound = step.errorOverBound
    guard let hot = Statistics(step.hot) else { return }
    hotMinimum = hot.minimum / 1e6
    hotRate = hot.rate(of: step.operations)
    let peak = result.peak * Double(result.threads)
    shareOfPeak = peak > 0 ? (hotRate ?? 0) / peak : nil
  }

  /// Steps of one kind together.
  init(_ group: StepGroup, of result: BenchmarkResult) {
    self.init(
      group.steps.totals, verdict: group.verdict, operations: group.operations, of: result)
    kind = group.title
    count = group.count
  }

  /// The whole network.
  init(wholeOf result: BenchmarkResult) {
    self.init(
      result.network, verdict: result.verdict, operations: result.operations, of: result)
    layer = Self.wholeNetwork
    kind = Self.wholeNetwork
    count = result.steps.count
  }

  private init(
    _ samples: [Int], verdict: Verdict?, operations: Int, of result: BenchmarkResult
  ) {
    model = result.model
    backend = result.backend
    batch = result.batch
    threads = result.threads
    self.verdict = verdict
    guard let own = Statistics(samples), let whole = Statistics(result.network) else { return }
    minimum = own.minimum / 1e6
    median = own.median / 1e6
    rate = own.rate(of: operations)
    share = whole.median > 0 ? own.median / whole.median : nil
  }
}
