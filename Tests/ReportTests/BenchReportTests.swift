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

        whole runs: n 3, mean 6.300 ms, cv 3.2 %, p90 6.460, p99 6.496
        GFLOP/s: the direct algorithm's operations over min; share: of the median
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
        "slow           2  FAIL      12.20      12.60  3.2 %     42.1  0.50×",
      ])
    report.results[1].inputShape.batch = 4
    #expect(
      report.comparisonTable.lines(width: 80, color: false)[3]
        == "slow           2      4  FAIL      12.20      12.60  3.2 %     42.1  2.00×")
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
    #expect(json.keys == ["context", "benchmarks"])
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

  @Test func `CSV and lines of JSON hold the entries of the JSON`() throws {
    let report = Self.report([Samples.benchmark("fast")])
    let entries = try #require(JSONValue.parse(try report.json())["benchmarks"]).items
    let lines = try report.jsonLines().split(separator: "\n").map {
      try JSONValue.parse(String($0))
    }
    #expect(lines.count == 1 + entries.count && lines[0]["kind"] == .text("context"))
    for (line, entry) in zip(lines.dropFirst(), entries) {
      #expect(line["kind"] == .text("benchmark"))
      #expect(line.keys.subtracting(["kind"]) == entry.keys)
      #expect(entry.keys.allSatisfy { line[$0] == entry[$0] })
    }
    let rows = VerifyFormatTests.records(report.csv())
    #expect(rows.count == 1 + entries.count)
    for (row, entry) in zip(rows.dropFirst(), entries) {
      let fields = Dictionary(uniqueKeysWithValues: zip(rows[0], row))
      #expect(fields["name"] == entry["name"]?.string)
      #expect(fields["real_time"].flatMap(Double.init) == entry["real_time"]?.double)
      #expect(fields["layer"] == entry["layer"]?.string ?? "")
      #expect((fields["flops"] == "") == (entry["flops"] == nil))
    }
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
