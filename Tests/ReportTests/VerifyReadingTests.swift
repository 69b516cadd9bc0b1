import FoundationEssentials
import Testing

@testable import Report
@testable import Verify

/// Results that come back from JSON, and JSON that is not what a run wrote.
@Suite("Results that are read again") struct VerifyReadingTests {
  /// A sweep over problems: one problem with two seeds, and one that fell back.
  static var problems: VerifyReport {
    var report = Samples.verifyReport(passes: 0, [])
    report.settings.problems = "random:3@7"
    report.settings.threads = 3
    report.settings.noFuse = true
    report.settings.atol = 1e-5
    report.policy = .tolerances(atol: 1e-5, rtol: 0)
    func layer(_ seed: Int, _ error: Double, refusal: String? = nil) -> LayerResult {
      var deviation = Samples.layer("", .isolated, bound: 0.5, worst: 0.1).deviation
      deviation.tolerances = ToleranceFrontier(points: [.init(magnitude: 2, error: error)])
      return LayerResult(
        caseName: "seed \(seed)", layer: "mb1ic3ih8oc4kh3ph1", nodes: ["a"],
        operation: "Convolution", problem: "mb1", requested: "fast",
        executed: refusal == nil ? "fast" : "naive", refusal: refusal, feed: .isolated,
        deviation: deviation, guardsIntact: true, inputIsConstant: false, shape: [1, 3, 4, 5],
        isStored: false, policy: report.policy)
    }
    report.goldens[0].cases = [CaseResult(name: "problems")]
    report.goldens[0].cases[0].layers = [
      layer(1, 1), layer(2, 0), layer(3, 0, refusal: "no 3×3"),
    ]
    return report
  }

  static func text(_ report: VerifyReport) -> String {
    report.document(all: false) { ["\($0) \($1.layer) \($1.caseName)"] }.text()
  }

  @Test("print as the run did") func same() throws {
    for report in [Self.problems, VerifyFormatTests.report] {
      let read = try VerifyReport(json: try report.json(), name: "file")
      #expect(try read.json() == (try report.json()))
      #expect(Self.text(read) == Self.text(report))
      #expect(read.csv() == report.csv())
      #expect(try read.jsonLines() == (try report.jsonLines()))
      #expect(read.junit { _, _ in ["x"] } == report.junit { _, _ in ["x"] })
      #expect(read.settings == report.settings && read.policy == report.policy)
    }
  }

  @Test("come back from lines as from one object") func lines() throws {
    for report in [Self.problems, VerifyFormatTests.report] {
      let read = try VerifyReport(text: try report.jsonLines(), name: "file")
      #expect(read.isFinished)
      #expect(try read.json() == (try report.json()))
      #expect(try VerifyReport(text: try report.json(), name: "file").json() == report.json())
    }
  }

  @Test("come back from the lines of a run that was killed, wherever that was") func cut() throws {
    let report = Self.problems
    let text = try report.jsonLines()
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.count + 1 }
    for length in 0..<text.count {
      let part = String(text.prefix(length))
      // Whole lines: the context, and a layer each.
      var (whole, end) = (0, 0)
      while whole < lines.count, end + lines[whole] <= length {
        end += lines[whole]
        whole += 1
      }
      guard whole > 0 else {
        #expect(throws: ReportError.self) { try VerifyReport(text: part, name: "file") }
        continue
      }
      let read = try VerifyReport(text: part, name: "file")
      #expect(!read.isFinished)
      #expect(read.goldens.flatMap(\.cases).flatMap(\.layers).count == min(3, whole - 1))
      #expect(Self.text(read).contains("did not come to its end"))
    }
    #expect(!Self.text(report).contains("did not come to its end"))
  }

  @Test("are refused with the line that is wrong") func wrongLine() throws {
    var lines = try Self.problems.jsonLines().split(separator: "\n").map(String.init)
    for line in ["{", "{\"kind\":\"else\"}", "[]", "{\"kind\":\"cam\"}"] {
      lines[2] = line
      #expect {
        try VerifyReport(text: lines.joined(separator: "\n") + "\n", name: "file")
      } throws: { error in
        "\(error)".hasPrefix("file, line 3, is not one of a report")
      }
    }
  }

  @Test("keep each seed of a problem apart") func seeds() throws {
    let text = Self.text(Self.problems)
    #expect(text.contains("3 layers: 1 PASS, 1 FELL_BACK, 1 FAIL"))
    #expect(text.contains("FELL_BACK mb1ic3ih8oc4kh3ph1: to naive: no 3×3"))
    #expect(text.contains("needs atol 1.0"))
    let junit = Self.problems.junit { _, _ in [] }
    #expect(junit.contains("name=\"mb1ic3ih8oc4kh3ph1 seed 1 [isolated]\""))
    #expect(junit.contains("FELL_BACK: to naive: no 3×3"))
  }

  /// Numbers that are `null` in JSON must not become a better verdict.
  @Test("fail for what JSON cannot hold, as before", arguments: [Double.infinity, .nan])
  func notFinite(value: Double) throws {
    for change in [
      { (d: inout Deviation) in
        d.errorOverBound = value; d.errorOverWorst = value
      },
      { (d: inout Deviation) in d.relativeL2 = value },
      { (d: inout Deviation) in d.maxULP = value },
      { (d: inout Deviation) in
        d.nonFinite = 1; d.got = value
      },
    ] {
      var deviation = Samples.layer("", .isolated, bound: 0.5, worst: 0.1).deviation
      change(&deviation)
      let strict = Policy(
        name: "all", rules: [.init(bound: true, relativeL2: 1, nmse: 1, maxUlp: 1e9)])
      let layer = LayerResult(
        caseName: "dog", layer: "a", nodes: [], operation: "Convolution", problem: nil,
        requested: "fast", executed: "fast", refusal: nil, feed: .isolated, deviation: deviation,
        guardsIntact: true, inputIsConstant: false, shape: [1, 3, 4, 5], isStored: true,
        policy: strict)
      #expect(layer.verdict == .fail)
      var report = Samples.verifyReport(passes: 0, [layer])
      report.policy = strict
      let read = try VerifyReport(json: try report.json(), name: "file")
      #expect(read.goldens[0].cases[0].layers[0].verdict == .fail)
    }
  }

  @Test("keep the verdicts on classes, a margin of 0 among them") func margin() throws {
    var report = Samples.verifyReport([])
    for (top, margin) in [
      ([4, 5], Double.infinity), ([4, 5], .nan), ([5, 4], .infinity), ([4, 5], 0.5),
    ] {
      report.goldens[0].cases[0].classes.append(
        ClassComparison(
          caseName: "dog", backend: "fast", top5: top, goldenTop5: [4, 5], marginUsed: margin))
    }
    for shift in [nil, 0, 1, 9] {
      report.goldens[0].cases[0].maps.append(
        MapComparison(
          caseName: "dog", backend: "fast", classIndex: 1, label: nil,
          relativeL2: shift == 9 ? .infinity : 1e-3, peakShift: shift, intersectionOverUnion: 0.95,
          identityError: shift == 0 ? .nan : 0))
    }
    let read = try VerifyReport(json: try report.json(), name: "file")
    #expect(
      read.goldens[0].cases[0].classes.map(\.verdict)
        == report.goldens[0].cases[0].classes.map(\.verdict))
    #expect(
      read.goldens[0].cases[0].maps.map(\.verdict)
        == report.goldens[0].cases[0].maps.map(\.verdict))
  }

  @Test("do not take a verdict for granted") func edited() throws {
    let report = Samples.verifyReport([Samples.layer("bad", .isolated, bound: 50, worst: 5)])
    let edited = try report.json().replacing("\"FAIL\"", with: "\"PASS\"")
    #expect(try VerifyReport(json: edited, name: "file").verdict == .fail)
  }

  @Test(
    "are refused where they contradict themselves",
    arguments: [
      ("\"count\" : 60", "\"count\" : 61", "61 elements"),
      ("\"count\" : 60", "\"count\" : 0", "has no elements"),
      ("\"count\" : 60", "\"count\" : 1e3000", "not valid JSON"),
      ("\"count\" : 60", "\"count\" : \"60\"", "layers[0].count is not a whole number"),
      ("\"informative\" : 60", "\"informative\" : 61", "counts [61"),
      ("\"differing\" : 0", "\"differing\" : -1", "-1"),
      ("\"non_finite\" : 0", "\"non_finite\" : -9223372036854775808", "counts"),
      ("        4,\n        5\n", "        4,\n        4611686018427387904\n", "shape"),
      ("        4,\n        5\n", "        -4,\n        -5\n", "shape"),
      (
        "        1,\n        2\n      ],\n      \"informative",
        "        1,\n        5\n      ],\n      \"informative", "no element"
      ),
      ("\"tolerances\" : [\n\n", "\"tolerances\" : [[1, -1]\n", "not a size and an error"),
      ("\"tolerances\" : [\n\n", "\"tolerances\" : [[1]\n", "not a size and an error"),
      (
        "\"feed\" : \"isolated\"", "\"feed\" : \"\\u001b[31m\\n\"",
        "layers[0].feed: \\x1b[31m\\n is none of isolated, network"
      ),
      ("\"golden\" : \"tiny.h5\"", "\"golden\" : \"other.h5\"", "none of the goldens"),
      ("\"reference_precision\" : \"f32\"", "\"reference_precision\" : \"f16\"", "f16"),
      ("\"rules\" : [\n\n", "\"rules\" : [{\"atol\": -1}\n", "negative"),
      ("\"rules\" : [\n\n", "\"rules\" : [{\"match\": \"(\", \"atol\": 1}\n", "regular expression"),
      ("\"layers\" : [", "\"layers\" : [3,", "layers[0] is not an object"),
      ("\"layer\" : ", "\"liar\" : ", "layers[0] has no \"layer\""),
    ])
  func contradictions(old: String, new: String, part: String) throws {
    let text = try Samples.verifyReport([]).json()
    // JSONEncoder's way with empty lists differs between versions.
    let spaced = text.replacing("[\n\n", with: "[\n\n").replacing("[]", with: "[\n\n]")
    let damaged = spaced.replacing(old, with: new, maxReplacements: 1)
    try #require(damaged != spaced, "\(spaced.prefix(9000))")
    let error = #expect(throws: ReportError.self) { try VerifyReport(json: damaged, name: "file") }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
    #expect(error?.description.contains("\u{1B}") == false)
  }

  @Test("survive any damage to a byte") func damage() throws {
    let text = Array(try Samples.verifyReport([]).json().utf8)
    for place in stride(from: 0, to: text.count, by: 7) {
      for byte in [UInt8(ascii: "9"), UInt8(ascii: "\""), UInt8(ascii: "-"), 0xFF] {
        var damaged = text
        damaged[place] = byte
        let read = try? VerifyReport(
          json: String(decoding: damaged, as: UTF8.self), name: "file")
        _ = read.map(Self.text)
        _ = read.map { $0.junit { _, _ in [] } }
      }
      let cut = String(decoding: text[..<place], as: UTF8.self)
      #expect(throws: ReportError.self) { try VerifyReport(json: cut, name: "file") }
    }
    let allowed = String(decoding: text, as: UTF8.self).replacing(
      "\"0-1\"", with: "\"0-9223372036854775807\"")
    _ = Self.text(try VerifyReport(json: allowed, name: "file"))
  }
}
