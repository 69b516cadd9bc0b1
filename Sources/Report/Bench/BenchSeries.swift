import Bench
import Kernels
import Verify

/// The times of one name, for JSON.
struct BenchSeries {
  /// What was timed, and the step of it that the times are of; the whole if nil.
  let result: BenchmarkResult
  let step: StepTiming?

  /// Whether the step ran in a loop by itself.
  let isHot: Bool
  let family: Int

  /// Nanoseconds, one value a repetition.
  let real: [Int]
  let processor: [Int]

  init(
    _ result: BenchmarkResult, _ samples: [Int], of step: StepTiming?, isHot: Bool, family: Int
  ) {
    self.result = result
    self.step = step
    self.isHot = isHot
    self.family = family
    real = samples
    processor = step == nil ? result.processor : samples
  }

  private var cache: String { isHot ? "hot" : "network" }

  private var name: String {
    let run = "\(result.model)/\(result.backend)/b\(result.batch)/t\(result.threads)"
    return "\(run)/\(step.map { "\($0.name)/" } ?? "")\(cache)"
  }

  private var operations: Int { step?.operations ?? result.operations }
  private var verdict: Verdict? { step == nil ? result.verdict : step?.verdict }

  /// One entry a repetition, then the aggregates; milliseconds throughout.
  var entries: [BenchEntry] {
    var entries = real.indices.map { index in
      let time = Double(real[index])
      var entry = entry(
        name, real: time / 1e6,
        processor: Double(processor.indices.contains(index) ? processor[index] : real[index]) / 1e6)
      entry.runType = "iteration"
      entry.repetitionIndex =
        isHot || !result.rounds.indices.contains(index) ? index : result.rounds[index]
      if step == nil, result.machine.indices.contains(index), result.blocks.indices.contains(index)
      {
        entry.block = result.blocks[index]
        entry.clock = result.machine[index].clock
        entry.bandwidth = result.machine[index].bandwidth
      }
      entry.flops = operations > 0 && time > 0 ? Double(operations) / time * 1e9 : nil
      return entry
    }
    guard let real = Statistics(real), let processor = Statistics(processor) else {
      return entries
    }
    let times: [(String, (Statistics) -> Double)] = [
      ("min", \.minimum), ("median", \.median), ("mean", \.mean), ("stddev", \.standardDeviation),
    ]
    for (aggregate, value) in times {
      entries.append(
        self.aggregate(aggregate, "time", value(real) / 1e6, value(processor) / 1e6))
    }
    entries.append(aggregate("cv", "percentage", real.variation, processor.variation))
    return entries
  }

  private func aggregate(
    _ aggregate: String, _ unit: String, _ real: Double, _ processor: Double
  ) -> BenchEntry {
    var entry = entry("\(name)_\(aggregate)", real: real, processor: processor)
    entry.aggregateName = aggregate
    entry.aggregateUnit = unit
    // Google Benchmark counts the samples that went into an aggregate here.
    entry.iterations = self.real.count
    return entry
  }

  private func entry(_ name: String, real: Double, processor: Double) -> BenchEntry {
    var entry = BenchEntry()
    entry.name = name
    entry.runName = self.name
    entry.familyIndex = family
    entry.repetitions = self.real.count
    entry.threads = result.threads
    entry.model = result.model
    entry.backend = result.backend
    entry.batch = result.batch
    entry.layer = step?.name
    entry.cache = cache
    entry.realTime = real
    entry.processorTime = processor
    entry.verdict = verdict
    entry.instructionSet = result.instructionSet.rawValue
    entry.executed = step?.executed ?? ""
    entry.problem = step?.problem?.description ?? ""
    entry.errorOverBound = step?.errorOverBound
    return entry
  }
}
