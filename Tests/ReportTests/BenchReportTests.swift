import FoundationEssentials
import Testing

@testable import Bench
@testable import Report

@Suite struct BenchReportTests {
  private static func report(_ results: [BenchmarkResult]) -> BenchReport {
    BenchReport(context: Samples.context, results: results, clockCost: 25)
  }

  @Test func `steps of one kind and size share a row`() {
    #expect(
      Self.report([Samples.benchmark("fast")]).document(layers: false).text() == """
        densecam 0.1.0, Swift 6.3
        Example 9000, 2 of 4 CPUs, avx2 (forced), OpenBLAS Zen, load 0.25

        tiny on fast, 2 threads, avx2, input 1×3×224×224

        step              count  verdict  min ms  median ms  GFLOP/s    share
        ─────────────────────────────────────────────────────────────────────
        1×1 conv → 56×56      1  PASS      1.000      1.100     51.4   17.5 %
        3×3 conv → 56×56      2  PASS      5.000      5.000     92.5   79.4 %
        Pooling → 56×56       1  PASS     0.0500     0.0500        –    0.8 %
        ─────────────────────────────────────────────────────────────────────
        network               4  PASS      6.100      6.300     84.2  100.0 %

        GFLOP/s: the direct algorithm's operations over the shortest time
        share: the median over that of the network

        whole runs: n 3, mean 6.300 ms, cv 3.2 %, p90 6.460, p99 6.496, p99.9 6.500; 0 outliers
        reading the clock: 0.0 % of a run

        """)
  }

  @Test func `kinds of steps follow where they are fewer`() {
    let document = Self.report([Samples.benchmark("fast")]).document(layers: true)
    let tables = document.blocks.compactMap {
      if case .table(let table) = $0 { table.rows.count } else { nil }
    }
    #expect(tables == [4 + 2, 3 + 2])
  }

  @Test func `each step can have its own row`() throws {
    let table = Self.report([]).stepTable(Samples.benchmark("fast"))
    let lines = table.lines(width: 80, color: false)
    #expect(lines.count == 2 + 4 + 2)
    #expect(lines[0] == "layer        verdict  min ms  median ms  GFLOP/s    share")
    #expect(lines[3] == "unit1_conv2  PASS      2.000      2.100    115.6   33.3 %")
  }

  @Test func `a fallback is named`() {
    let table = Self.report([]).stepTable(Samples.benchmark("fast", executed: "naive"))
    #expect(table.columns.map(\.title).contains("ran on"))
    #expect(table.lines(width: 80, color: false)[2].hasPrefix("unit1_conv1  naive   PASS"))
    #expect(table.lines(width: 80, color: false)[5].hasPrefix("pool         –       PASS"))
  }

  @Test func `candidates side by side`() {
    var report = Self.report([
      Samples.benchmark("fast"), Samples.benchmark("slow", scale: 2, verdict: .fail),
    ])
    #expect(
      report.comparisonTable.lines(width: 80, color: false) == [
        "backend  threads  verdict  min ms  median ms     cv  GFLOP/s  speed",
        "───────────────────────────────────────────────────────────────────",
        "fast           2  PASS      6.100      6.300  3.2 %     84.2  1.00×",
        "slow           2  FAIL          –          –      –        –      –",
      ])
    report.results[1] = Samples.benchmark("slow", scale: 2)
    report.results[1].inputShape.batch = 4
    #expect(
      report.comparisonTable.lines(width: 80, color: false)[3]
        == "slow           2      4  PASS      12.20      12.60  3.2 %     42.1  2.00×")
    #expect(report.document(layers: false).text().contains("Side by side"))
  }

  @Test func `a step without a verdict leaves the network without one`() {
    var result = Samples.benchmark("fast")
    result.steps[1].verdict = nil
    #expect(result.verdict == nil)
    #expect(StepGroup.groups(of: result.steps, by: \.kind).map(\.verdict) == [.pass, nil, .pass])
  }

  @Test func `warnings are shown`() {
    var report = Self.report([Samples.benchmark("fast")])
    report.context.machine.forcedBLASCore = "Haswell"
    report.results[0].isWarm = false
    let text = report.document(layers: false).text()
    #expect(text.contains("warning: OPENBLAS_CORETYPE=Haswell is set"))
    #expect(text.contains("warning: the times were still falling after 4 runs"))
  }

  @Test func `nothing measured is said`() {
    #expect(Self.report([]).document(layers: true).text().hasSuffix("nothing was measured\n"))
  }

  /// The keys are those that Google Benchmark's `json_reporter.cc` writes and that
  /// `tools/gbench/report.py` and `util.py` read.
  @Test func `JSON has Google Benchmark's shape`() throws {
    let json = try JSONValue.parse(try Self.report([Samples.benchmark("fast")]).json())
    #expect(json.keys == ["context", "benchmarks", "candidates", "layers"])
    let context = try #require(json["context"])
    #expect(
      context.keys.isSuperset(of: [
        "date", "host_name", "executable", "num_cpus", "mhz_per_cpu", "cpu_scaling_enabled",
        "caches", "load_avg", "library_build_type", "json_schema_version",
      ]))
    #expect(context["mhz_per_cpu"] == .number(2445))
    #expect(
      context["caches"]?.items.first?.keys == ["type", "level", "size", "num_sharing"])

    let entries = try #require(json["benchmarks"]).items
    // Five names; three repetitions and five aggregates each.
    #expect(entries.count == 5 * (3 + 5))
    let common: Set<String> = [
      "name", "run_name", "run_type", "repetitions", "threads", "iterations", "real_time",
      "cpu_time", "time_unit", "family_index", "per_family_instance_index", "verdict",
    ]
    #expect(entries.allSatisfy { $0.keys.isSuperset(of: common) })
    #expect(entries.allSatisfy { $0["time_unit"] == .text("ms") })
    #expect(entries.allSatisfy { $0["verdict"] == .text("PASS") })
    #expect(entries[1]["name"] == .text("tiny/fast/b1/t2/network"))
    #expect(entries[1]["run_type"] == .text("iteration"))
    #expect(entries[1]["repetition_index"] == .number(1))
    #expect(entries[1]["repetitions"] == .number(3))
    #expect(entries[1]["iterations"] == .number(1))
    #expect(entries[1]["real_time"] == .number(6.1))
    #expect(entries[1]["cpu_time"] == .number(12.1))
    #expect(entries[1]["threads"] == .number(2))
    #expect(
      entries[3..<8].map { $0["aggregate_name"]?.string } == [
        "min", "median", "mean", "stddev", "cv",
      ])
    #expect(entries[4]["name"] == .text("tiny/fast/b1/t2/network_median"))
    #expect(entries[4]["run_name"] == .text("tiny/fast/b1/t2/network"))
    #expect(entries[4]["run_type"] == .text("aggregate"))
    #expect(entries[4]["real_time"] == .number(6.3))
    #expect(entries[4]["repetition_index"] == nil)
    #expect(entries[7]["aggregate_unit"] == .text("percentage"))
    #expect(entries[8]["name"] == .text("tiny/fast/b1/t2/unit1_conv1/network"))
    #expect(entries[8]["flops"]?.double.map { ($0 / 1e9 * 10).rounded() } == 428)
    #expect(entries[8]["error_over_bound"] == .number(0.125))
    #expect(entries[8]["problem"] == .text("mb1ic64ih56oc128oh56kh1"))
    #expect(entries[32]["flops"] == nil)
    // What the names are made of, for a layer's name may hold slashes.
    for entry in entries {
      #expect(entry["model"] == .text("tiny") && entry["backend"] == .text("fast"))
      #expect(entry["batch"] == .number(1) && entry["cache"] == .text("network"))
    }
    #expect(entries[1]["layer"] == .null && entries[8]["layer"] == .text("unit1_conv1"))
  }

  @Test func `a missing verdict is null in JSON`() throws {
    let json = try JSONValue.parse(
      try Self.report([Samples.benchmark("fast", verdict: nil)]).json())
    #expect(try #require(json["benchmarks"]).items.allSatisfy { $0["verdict"] == .null })
  }

  @Test func `CSV and lines of JSON hold the rows of the JSON`() throws {
    var result = Samples.benchmark("fast")
    result.steps[1].hot = [1_900_000]
    let report = Self.report([result])
    let json = try JSONValue.parse(try report.json())
    let rows = try [("candidate", "candidates"), ("layer", "layers"), ("benchmark", "benchmarks")]
      .flatMap { kind, key in try #require(json[key]).items.map { (kind, $0) } }
    #expect(rows.count == 1 + 4 + 6 * 3 + 5 * 5 + 5 - 2)
    let lines = try report.jsonLines().split(separator: "\n").map {
      try JSONValue.parse(String($0))
    }
    #expect(lines.count == 1 + rows.count && lines[0]["kind"] == .text("context"))
    for (line, (kind, row)) in zip(lines.dropFirst(), rows) {
      #expect(line["kind"] == .text(kind))
      #expect(line.keys.subtracting(["kind"]) == row.keys)
      #expect(row.keys.allSatisfy { line[$0] == row[$0] })
    }
    let records = VerifyFormatTests.records(report.csv())
    #expect(records.count == 1 + rows.count)
    for (record, (kind, row)) in zip(records.dropFirst(), rows) {
      let fields = Dictionary(uniqueKeysWithValues: zip(records[0], record))
      #expect(fields["kind"] == kind)
      for name in records[0] where name != "kind" {
        switch row[name] {
        case .text(let text): #expect(fields[name] == text)
        case .number(let number): #expect(fields[name].flatMap(Double.init) == number)
        case nil, .null: #expect(fields[name] == "")
        default: break
        }
      }
    }
  }

  @Test func `a layer's row says in JSON what the table shows`() throws {
    var result = Samples.benchmark("fast", executed: "naive")
    result.peak = 50
    result.steps[1].hot = [2_000_000, 1_850_000]
    let json = try JSONValue.parse(try Self.report([result]).json())
    let layer = try #require(json["layers"]).items[1]
    let texts = [
      "model": "tiny", "backend": "fast", "layer": "unit1_conv2", "executed": "naive",
      "step_kind": "3×3 conv → 56×56", "verdict": "PASS", "problem": "mb1ic128ih56oc32oh56kh3ph1",
    ]
    for (name, text) in texts { #expect(layer[name] == .text(text), "\(name)") }
    // 2·3·3·128·32·56·56 operations.
    let operations = 231_211_008.0
    let numbers = [
      "batch": 1, "threads": 2, "count": 1, "error_over_bound": 0.125, "min_ms": 2,
      "median_ms": 2.1, "gflops": operations / 2e6, "share": 2.1 / 6.3, "hot_min_ms": 1.85,
      "hot_gflops": operations / 1.85e6, "share_of_peak": operations / 1.85e6 / 100,
    ]
    for (name, number) in numbers {
      let value = try #require(layer[name]?.double, "\(name)")
      #expect(abs(value - number) <= 1e-12 * number, "\(name)")
    }
    #expect(layer.keys == Set(texts.keys).union(numbers.keys))
    let pool = try #require(json["layers"]).items[3]
    #expect(pool["gflops"] == nil && pool["hot_min_ms"] == nil && pool["share_of_peak"] == nil)
  }

  @Test func `a candidate's row says in JSON what stands below its table`() throws {
    var slow = Samples.benchmark("slow", scale: 2)
    slow.memory.weights = 5
    slow.peak = 100
    let json = try JSONValue.parse(try Self.report([Samples.benchmark("fast"), slow]).json())
    let candidates = try #require(json["candidates"]).items
    #expect(candidates.map { $0["speed"]?.double } == [1, 0.5])
    let row = candidates[1]
    #expect(row["backend"] == .text("slow") && row["verdict"] == .text("PASS"))
    #expect(row["min_ms"] == .number(12.2) && row["median_ms"] == .number(12.6))
    #expect(row["repetitions"] == .number(3) && row["warm_up_runs"] == .number(4))
    #expect(row["packed_weights"] == .number(5) && row["peak_gflops"] == .number(100))
    #expect(row["input_shape"]?.items.map(\.double) == [1, 3, 224, 224])
    // Two readings more than there are steps, 25 ns each.
    #expect(row["clock_share"]?.double.map { abs($0 - 6 * 25 / 12.2e6) < 1e-15 } == true)
  }

  @Test func `JUnit has a test case for each step, with a time unless it fails`() throws {
    var result = Samples.benchmark("fast")
    result.steps[1].verdict = .fail
    result.steps[1].errorOverBound = 12.5
    result.steps[2].verdict = .marginal
    result.steps[3].verdict = nil
    result.steps[3].name = "a<b"
    let lines = Self.report([result]).junit().split(separator: "\n").map(String.init)
    #expect(lines[1].hasPrefix("<testsuites name=\"densecam bench\" tests=\"5\" failures=\"1\""))
    #expect(lines[2].contains(" name=\"tiny/fast/b1/t2\" tests=\"5\" failures=\"1\""))
    // The network has no verdict, for a step has none.
    #expect(lines[2].contains(" skipped=\"2\" time=\"0.004000000\""))
    let cases = lines.filter { $0.contains("<testcase ") }
    #expect(
      cases.map { $0.firstMatch(of: #/ name="([^"]*)" time="([^"]*)"/#).map { [$0.1, $0.2] } } == [
        ["network", "0"], ["unit1_conv1", "0.001100000"], ["unit1_conv2", "0"],
        ["unit2_conv2", "0.002900000"], ["a&lt;b", "0"],
      ])
    let text = lines.joined(separator: "\n")
    #expect(text.contains("<failure type=\"FAIL\" message=\"error/bound 12.5\">"))
    #expect(text.contains("MARGINAL: min ms 2.9, median ms 2.9, GFLOP/s "))
    #expect(text.contains("<skipped message=\"not judged: "))
  }

  @Test func `entries come back from JSON`() throws {
    let record = Self.report([Samples.benchmark("fast", verdict: nil)]).record
    let text = try record.jsonText()
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let read = try decoder.decode(BenchRecord.self, from: Data(text.utf8))
    #expect(try read.jsonText() == text)
  }
}
