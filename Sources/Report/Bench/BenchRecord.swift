import Bench
import Kernels

/// The report of a benchmark in JSON: Google Benchmark's shape, so that its `compare.py` reads it.
///
/// Names are `MODEL/BACKEND/bBATCH/tTHREADS/network` for whole runs and
/// `MODEL/BACKEND/bBATCH/tTHREADS/LAYER/network` for steps in the running network, `…/hot` for those that
/// ran in a loop by themselves. Each repetition is
/// one `iteration` entry; aggregates carry the name and `_min`, `_median`, … Beyond that shape every
/// entry has `verdict`, `null` if there is none.
struct BenchRecord: Hashable, Codable {
  struct Context: Hashable, Codable {
    var date: String
    var hostName: String
    var executable: String
    var numCpus: Int

    /// 0 if unknown.
    var mhzPerCpu: Int
    var cpuScalingEnabled: Bool
    var caches: [Cache]
    var loadAvg: [Double]
    var libraryBuildType: String

    /// The version of Google Benchmark's schema.
    var jsonSchemaVersion: Int

    // What follows is not in Google Benchmark's context.
    var densecamVersion: String
    var command: String
    var model: String
    var symbolSha256: String
    var weightsSha256: String
    var machine: MachineRecord

    /// What one reading of the clock costs.
    var clockCostNs: Double

    /// What `cpu_time` is.
    var cpuTime: String
  }

  struct Cache: Hashable, Codable {
    var type: String
    var level: Int

    /// In bytes.
    var size: Int
    var numSharing: Int
  }

  struct Entry: Hashable, Codable {
    var name: String
    var runName: String
    var familyIndex: Int
    var perFamilyInstanceIndex: Int
    var runType: String
    var repetitions: Int

    /// Only iterations have it.
    var repetitionIndex: Int?
    var threads: Int

    /// Only aggregates have these two; the unit is `time` or `percentage`.
    var aggregateName: String?
    var aggregateUnit: String?
    var iterations: Int

    // What the name is made of, for names may hold slashes.
    var model: String
    var backend: String
    var batch: Int

    /// The step; `null` for whole runs.
    var layer: Nullable<String>

    /// What the caches hold: `network`, what the steps before left there, or `hot`, the step's own data.
    var cache: String
    var realTime: Double
    var cpuTime: Double
    var timeUnit: String
    var verdict: Nullable<String>
    var instructionSet: String

    /// The backend that ran a step; empty for whole runs and steps that are not convolutions.
    var executed: String

    /// The convolution in benchdnn's notation; empty if the entry is of none.
    var problem: String

    /// `null` for whole runs and where there is no verdict.
    var errorOverBound: Nullable<JSONNumber>

    /// Operations of the direct algorithm a second; only iterations of convolutions have it.
    var flops: Double?
  }

  var context: Context
  var benchmarks: [Entry]
}

extension BenchReport {
  /// The report for scripts; see ``Report`` for what JSON cannot hold.
  ///
  /// - Throws: What the encoder throws.
  package func json() throws -> String { try record.jsonText() }

  var record: BenchRecord {
    var entries: [BenchRecord.Entry] = []
    var family = 0
    for result in results {
      func add(_ samples: [Int], of step: StepTiming? = nil, isHot: Bool = false) {
        guard !samples.isEmpty else { return }
        entries += BenchSeries(result, samples, of: step, isHot: isHot, family: family).entries
        family += 1
      }
      add(result.network)
      for step in result.steps {
        add(step.samples, of: step)
        add(step.hot, of: step, isHot: true)
      }
    }
    return BenchRecord(context: BenchRecord.Context(self), benchmarks: entries)
  }
}

extension BenchRecord.Context {
  init(_ report: BenchReport) {
    let context = report.context
    let machine = context.machine
    self.init(
      date: machine.date, hostName: machine.hostName, executable: "densecam",
      numCpus: machine.processorCount,
      mhzPerCpu: Int(exactly: (machine.processor.megahertz ?? 0).rounded()) ?? 0,
      cpuScalingEnabled: machine.processor.governor.map { $0 != "performance" } ?? false,
      caches: machine.processor.caches.map {
        BenchRecord.Cache(
          type: $0.type, level: $0.level, size: $0.size, numSharing: $0.sharingCount)
      },
      loadAvg: machine.loadAverage, libraryBuildType: machine.isDebugBuild ? "debug" : "release",
      jsonSchemaVersion: 1, densecamVersion: context.version, command: context.command,
      model: context.model, symbolSha256: context.symbolSHA256,
      weightsSha256: context.weightsSHA256, machine: MachineRecord(machine),
      clockCostNs: report.clockCost,
      cpuTime: "whole runs: all threads of the process; steps: real_time once more")
  }
}
