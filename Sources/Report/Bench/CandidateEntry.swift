import Bench
import Kernels
import Verify

/// How fast whole runs of a candidate were, and what they needed.
struct CandidateEntry: ColumnRow {
  var model = ""
  var backend = ""
  var threads = 0
  var batch = 0
  var instructionSet = ""
  var inputShape: [Int] = []
  var verdict: Verdict?

  /// Why there are no times.
  var reason: String?
  var repetitions = 0

  /// In milliseconds, as all times; nil if nothing was measured.
  var minimum: Double?
  var median: Double?
  var mean: Double?
  var variation: Double?
  var p90: Double?
  var p99: Double?
  var p999: Double?
  var outlierCount = 0
  var setAsideCount = 0
  var preparation: Double?
  var firstRun: Double?
  var rate: Double?
  var speed: Double?
  var peak: Double?
  var clockShare: Double?
  var isolationShare: Double?
  var warmUpCount = 0
  var isWarm = true
  var weightBytes = 0
  var activationBytes = 0
  var unsharedActivationBytes = 0
  var scratchBytes = 0
  var processPeakBytes = 0
}

extension CandidateEntry {
  /// - Parameters:
  ///   - result: The times of the candidate.
  ///   - first: Those of the candidate that has the speed 1.
  ///   - clockCost: What one reading of the clock costs, in nanoseconds.
  init(_ result: BenchmarkResult, first: BenchmarkResult?, clockCost: Double) {
    model = result.model
    backend = result.backend
    threads = result.threads
    batch = result.batch
    instructionSet = result.instructionSet.rawValue
    let shape = result.inputShape
    inputShape = [shape.batch, shape.channels, shape.height, shape.width]
    verdict = result.verdict
    reason = result.reason
    isolationShare = result.isolationShare
    peak = result.peak > 0 ? result.peak : nil
    warmUpCount = result.warmUpCount
    isWarm = result.isWarm
    weightBytes = result.memory.weights
    activationBytes = result.memory.activations
    unsharedActivationBytes = result.memory.unsharedActivations
    scratchBytes = result.memory.scratch
    processPeakBytes = result.memory.processPeak
    repetitions = result.network.count
    guard verdict?.allowsSpeed == true, let whole = Statistics(result.network) else { return }
    minimum = whole.minimum / 1e6
    median = whole.median / 1e6
    mean = whole.mean / 1e6
    variation = whole.variation
    p90 = whole.p90 / 1e6
    p99 = whole.p99 / 1e6
    p999 = whole.p999 / 1e6
    outlierCount = whole.outlierCount
    setAsideCount = result.setAsideCount
    if result.preparation > 0 {
      preparation = Double(result.preparation) / 1e6
      firstRun = Double(result.firstRun) / 1e6
    }
    rate = whole.rate(of: result.operations)
    guard let time = result.timePerImage else { return }
    speed = first?.timePerImage.map { $0 / time }
    // One before and one after each step, and the first and last of the whole.
    clockShare = clockCost * Double(result.steps.count + 2) / whole.minimum
  }
}

extension BenchmarkResult {
  /// The shortest time of a run, divided by its images; nil if there is none.
  fileprivate var timePerImage: Double? {
    guard let whole = Statistics(network), whole.minimum > 0 else { return nil }
    return whole.minimum / Double(batch)
  }
}
