import Files
import FoundationEssentials
import Glibc
import Testing

@testable import Bench
@testable import Report

@Suite("Comparisons of benchmarks") struct CompareReportTests {
  /// A run of 60 repetitions, each of them so many times slower, on a machine that is always the same.
  private static func result(_ backend: String = "fast", slowdown: Double = 1) -> BenchmarkResult {
    var result = Samples.benchmark(backend)
    let count = 60
    func times(_ base: Int, _ seed: Int) -> [Int] {
      (0..<count).map { index in
        // Some half of a percent of noise, the same in every run of the test.
        let noise = 1 + Double((index * 7919 + seed * 104_729) % 101 - 50) / 10_000
        return Int(Double(base) * slowdown * noise)
      }
    }
    result.network = times(6_300_000, backend.count)
    result.processor = result.network
    for index in result.steps.indices {
      result.steps[index].samples = times(1_000_000, index + backend.count)
    }
    result.machine = [MachineReading](
      repeating: MachineReading(clock: 3, bandwidth: 12), count: count)
    result.blocks = (0..<count).map { $0 * 10 / count }
    result.rounds = Array(0..<count)
    return result
  }

  private static func saved(
    _ results: [BenchmarkResult], name: String = "run.json", isPinned: Bool = false,
    lines: Bool = false
  ) throws -> SavedBench {
    let report = BenchReport(
      context: Samples.context, results: results, clockCost: 25, isPinned: isPinned)
    return try SavedBench(text: lines ? report.jsonLines() : report.json(), name: name)
  }

  @Test("calls a network and its layers slower", arguments: [false, true]) func slower(lines: Bool)
    throws
  {
    let report = try CompareReport(
      Self.saved([Self.result()], lines: lines),
      Self.saved([Self.result(slowdown: 1.05)], lines: lines))
    #expect(report.entries.map(\.call) == Array(repeating: "SLOWER", count: 1 + 3 + 4))
    #expect(
      report.entries.map(\.level) == ["network", "kind", "kind", "kind"]
        + Array(repeating: "layer", count: 4))
    let worst = try #require(report.worstRegression)
    #expect(abs(worst - 1.05) < 0.001)
    let text = report.document(layers: false).text()
    #expect(text.contains("network  SLOWER     1.050"), "\(text)")
    #expect(text.contains("4 layers: 4 SLOWER"))
    #expect(text.contains("0 of 126 in base, 0 of 126 in new"))
    let json = try JSONValue.parse(try report.json())
    #expect(json["context"]?["kind"] == .text("compare"))
    #expect(json["rows"]?.items.count == 8)
    #expect(report.csv().hasPrefix("model,batch,threads,base,new,level,name,call,ratio,"))
  }

  @Test("calls equal runs the same") func same() throws {
    let saved = try Self.saved([Self.result()])
    let report = try CompareReport(saved, saved)
    #expect(Set(report.entries.map(\.call)) == ["SAME"])
    #expect(report.worstRegression == nil)
    let own = try SelfCompareReport(saved)
    #expect(own.document().text().contains("0.0 %"))
  }

  @Test("compares two backends of one file by repetitions") func paired() throws {
    var other = Self.result("other", slowdown: 0.99)
    // The partner of repetition 7 was set aside.
    for path in [\BenchmarkResult.network, \.processor, \.blocks, \.rounds] {
      other[keyPath: path].remove(at: 7)
    }
    other.machine.remove(at: 7)
    for index in other.steps.indices { other.steps[index].samples.remove(at: 7) }
    let saved = try Self.saved([Self.result(), other])
    let report = try CompareReport(saved, nil, choice: .init(base: "fast", new: "other"))
    #expect(report.isPaired)
    #expect(report.entries.first?.call == "FASTER")
    #expect(throws: ReportError.self) { try CompareReport(saved, nil) }
    #expect(throws: ReportError.self) {
      try CompareReport(saved, nil, choice: .init(base: "fast", new: "absent"))
    }
  }

  @Test("refuses runs that differ in more than time, unless told") func different() throws {
    let (one, two) = (
      try Self.saved([Self.result()]), try Self.saved([Self.result()], isPinned: true)
    )
    let error = #expect(throws: ReportError.self) { try CompareReport(one, two) }
    #expect(error?.description.contains("threads pinned false and true") == true)
    #expect(try CompareReport(one, two, allowsDifferences: true).entries.count == 8)
  }

  @Test("refuses what bench did not write") func hostile() throws {
    let text = try BenchReport(
      context: Samples.context, results: [Self.result()], clockCost: 25
    ).json()
    func refusal(_ text: String) -> String? {
      do {
        let saved = try SavedBench(text: text, name: "x.json")
        _ = try saved.series()
        return nil
      } catch {
        return "\(error)"
      }
    }
    #expect(refusal(text) == nil)
    #expect(
      refusal(String(text.prefix(text.count / 2)))?.hasPrefix("x.json is not a report") == true)
    #expect(refusal("{}")?.hasPrefix("x.json is not a report") == true)
    #expect(refusal("")?.hasPrefix("x.json is not a report") == true)
    #expect(refusal(#"{"kind":"context"}"#)?.contains("line 1") == true)
    let times = text.replacing("\"real_time\" : 1", with: "\"real_time\" : -1")
    #expect(times != text)
    #expect(refusal(times)?.contains("has a time of -1") == true)
  }

  @Test("names saved files so that no two runs want the same name") func names() throws {
    let name = SavedFile.name(command: "bench", date: "2026-11-27T23:05:06+00:00", Array("a".utf8))
    // The sum of "a" is in every book.
    #expect(name == "bench-20261127T230506-ca978112ca1b.jsonl")
    // The date of a saved verification comes from its file.
    #expect(
      SavedFile.name(command: "verify", date: "", Array("a".utf8)) == "verify--ca978112ca1b.jsonl")
    #expect(
      SavedFile.name(command: "verify", date: "+../x", Array("a".utf8))
        == "verify--ca978112ca1b.jsonl")
  }
}

@Suite("History") struct HistoryReportTests {
  @Test(
    "finds where times change",
    arguments: [
      ([], []), ([1, 1, 1, 1], []), ([10, 10.1, 9.9, 10, 12, 12.1, 11.9, 12], [4]),
      ([10, 10.1, 9.9, 10, 10.1, 9.9, 10, 10.1], []), ([5, 5, 5, 7, 7, 7, 7], [3]),
      ([10, 10.1, 9.9, 10, 12, 12.1, 11.9, 12, 9, 9.1, 8.9, 9], [4, 8]),
      ([10, 10.01, 10, 10.01, 10.05, 10.06, 10.05, 10.06], []),
    ] as [([Double], [Int])])
  func changes(times: [Double], places: [Int]) {
    #expect(ChangePoints.find(in: times) == places)
  }

  @Test("reads a folder of runs, and says what it left out") func folder() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/densecam-history-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (number, slowdown) in [1, 1.01, 0.99, 1, 1.2, 1.21, 1.19, 1.2].enumerated() {
      var context = Samples.context
      context.machine.date = "2026-11-2\(number)T00:00:00+00:00"
      var result = Samples.benchmark("fast")
      result.network = result.network.map { Int(Double($0) * slowdown) }
      let bytes = Array(
        try BenchReport(context: context, results: [result], clockCost: 25).jsonLines().utf8)
      let name = SavedFile.name(command: "bench", date: context.machine.date, bytes)
      try writeFile(at: folder + "/" + name, bytes, replacing: false)
    }
    try writeFile(at: folder + "/bench-x.jsonl", Array("{\"kind\"".utf8), replacing: false)
    let report = try HistoryReport(folder: folder)
    #expect(report.objections.count == 1)
    #expect(report.objections[0].contains("bench-x.jsonl, line 1"))
    let text = report.document(limit: 5).text()
    #expect(text.contains("1.20×"), "\(text)")
    #expect(text.contains("the last 5 of 8 runs"))
    #expect(throws: ReportError.self) {
      try HistoryReport(folder: folder, .init(backend: "absent"))
    }
    let layer = try HistoryReport(folder: folder, .init(layer: "unit1_conv1"))
    #expect(layer.csv().contains("unit1_conv1"))
  }
}
