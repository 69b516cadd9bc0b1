import Bench
import Kernels

/// The report of a benchmark in JSON: Google Benchmark's shape, so that its `compare.py` reads it.
///
/// Names are `MODEL/BACKEND/bBATCH/tTHREADS/network` for whole runs and
/// `MODEL/BACKEND/bBATCH/tTHREADS/LAYER/network` for steps in the running network, `…/hot` for those that
/// ran in a loop by themselves. Each repetition is
/// one `iteration` entry; aggregates carry the name and `_min`, `_median`, … Beyond that shape every
/// entry has `verdict`, `null` if there is none.
struct BenchRecord: Codable {
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

    /// The plugins that were loaded; left out if there were none.
    var plugins: [PluginRecord]?

    /// Whether threads stayed on processors of their own and ran before other programs; absent in files of older
    /// versions.
    var isPinned: Bool?
    var hasPriority: Bool?

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

  var context: Context

  /// What Google Benchmark's tools read: every repetition, and aggregates.
  var benchmarks: [BenchEntry]

  // What follows is not in Google Benchmark's files.
  var candidates: [CandidateEntry]

  /// The steps of all candidates.
  var layers: [TimingEntry]
}

extension BenchReport {
  /// The report for scripts; see ``Report`` for what JSON cannot hold.
  ///
  /// - Throws: What the encoder throws.
  package func json() throws -> String { try record.jsonText() }

  /// The report as lines of JSON, each an object with a `kind`: first `context`, then one `candidate`,
  /// `layer` or `benchmark` a line.
  ///
  /// - Throws: What the encoder throws.
  package func jsonLines() throws -> String {
    let record = record
    var text = try KindOf(kind: "context", value: record.context).jsonLine()
    for entry in record.candidates {
      text += try KindOf(kind: "candidate", value: entry).jsonLine()
    }
    for entry in record.layers { text += try KindOf(kind: "layer", value: entry).jsonLine() }
    for entry in record.benchmarks {
      text += try KindOf(kind: "benchmark", value: entry).jsonLine()
    }
    return text
  }

  /// The report as comma-separated values (RFC 4180) with a header: one row a candidate, step, repetition
  /// and aggregate, told apart by `kind`.
  package func csv() -> String {
    let record = record
    return CSVSheet.text([
      CSVSheet(kind: "candidate", record.candidates), CSVSheet(kind: "layer", record.layers),
      CSVSheet(kind: "benchmark", record.benchmarks),
    ])
  }

  var record: BenchRecord {
    var entries: [BenchEntry] = []
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
    return BenchRecord(
      context: BenchRecord.Context(self), benchmarks: entries, candidates: candidates,
      layers: results.flatMap { result in
        result.steps.map { TimingEntry($0, of: result) }
      })
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
      plugins: context.plugins.isEmpty ? nil : context.plugins,
      isPinned: report.isPinned, hasPriority: report.hasPriority,
      clockCostNs: report.clockCost,
      cpuTime: "whole runs: all threads of the process; steps: real_time once more")
  }
}
