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
  var intensity: Double?
  var executedRate: Double?
  var bandwidth: Double?
  var floor: Double?
  var boundBy: String?
  var shareOfRoof: Double?
  var hotShareOfRoof: Double?
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
    note([step], minimum: minimum)
    guard verdict?.allowsSpeed == true, let hot = Statistics(step.hot) else { return }
    if let floor = step.hotFloor { hotShareOfRoof = floor.nanoseconds / hot.minimum }
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
    note(group.steps, minimum: minimum)
  }

  /// The whole network.
  init(wholeOf result: BenchmarkResult) {
    self.init(
      result.network, verdict: result.verdict, operations: result.operations, of: result)
    layer = Self.wholeNetwork
    kind = Self.wholeNetwork
    count = result.steps.count
    note(result.steps, minimum: minimum)
  }

  /// Notes what steps have to do, and how near they are to what the machine can do.
  private mutating func note(_ steps: [StepTiming], minimum: Double?) {
    let work = StepWork(
      operations: steps.reduce(0) { $0 + $1.work.operations },
      activationByteCount: steps.reduce(0) { $0 + $1.work.activationByteCount },
      weightByteCount: steps.reduce(0) { $0 + $1.work.weightByteCount })
    guard work.byteCount > 0 else { return }
    intensity = work.intensity
    let floors = steps.compactMap(\.floor)
    if floors.count == steps.count {
      floor = floors.reduce(0) { $0 + $1.nanoseconds } / 1e6
      let bounds = Set(floors.map(\.boundBy))
      boundBy = bounds.count == 1 ? bounds.first : nil
    }
    guard let minimum, minimum > 0 else { return }
    executedRate = work.operations > 0 ? Double(work.operations) / minimum / 1e6 : nil
    bandwidth = Double(work.byteCount) / minimum / 1e6
    shareOfRoof = floor.map { $0 / minimum }
  }

  private init(
    _ samples: [Int], verdict: Verdict?, operations: Int, of result: BenchmarkResult
  ) {
    model = result.model
    backend = result.backend
    batch = result.batch
    threads = result.threads
    self.verdict = verdict
    guard verdict?.allowsSpeed == true, let own = Statistics(samples),
      let whole = Statistics(result.network)
    else { return }
    minimum = own.minimum / 1e6
    median = own.median / 1e6
    rate = own.rate(of: operations)
    share = whole.median > 0 ? own.median / whole.median : nil
  }
}

extension Verdict {
  /// Whether a time says how fast the backend is that was asked for.
  ///
  /// A wrong result, or one that proves nothing, has no speed, and what fell back to another backend has that one's.
  var allowsSpeed: Bool { self == .pass || self == .marginal }
}
