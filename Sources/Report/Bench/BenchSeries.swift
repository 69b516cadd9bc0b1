import Bench
import Kernels
import Verify

/// The times of one name, on their way to JSON.
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
  var entries: [BenchRecord.Entry] {
    var entries = real.indices.map { index in
      let time = Double(real[index])
      var entry = entry(
        name, real: time / 1e6,
        processor: Double(processor.indices.contains(index) ? processor[index] : real[index]) / 1e6)
      entry.runType = "iteration"
      entry.repetitionIndex = index
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
  ) -> BenchRecord.Entry {
    var entry = entry("\(name)_\(aggregate)", real: real, processor: processor)
    entry.aggregateName = aggregate
    entry.aggregateUnit = unit
    // Google Benchmark counts the samples that went into an aggregate here.
    entry.iterations = self.real.count
    return entry
  }

  private func entry(
    _ name: String, real: Double, processor: Double
  ) -> BenchRecord.Entry {
    BenchRecord.Entry(
      name: name, runName: self.name, familyIndex: family, perFamilyInstanceIndex: 0,
      runType: "aggregate", repetitions: self.real.count, threads: result.threads, iterations: 1,
      model: result.model, backend: result.backend, batch: result.batch,
      layer: Nullable(step?.name), cache: cache, realTime: real, cpuTime: processor, timeUnit: "ms",
      verdict: Nullable(verdict?.rawValue),
      instructionSet: result.instructionSet.rawValue,
      executed: step?.executed ?? "", problem: step?.problem?.description ?? "",
      errorOverBound: Nullable(step?.errorOverBound.map(JSONNumber.init)))
  }
}
