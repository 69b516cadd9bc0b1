import FoundationEssentials
import Testing

@testable import Report
@testable import Verify

@Suite("Formats of a verification") struct VerifyFormatTests {
  static let hostile = "a,\"b\"\n<c>&'\u{1}\u{FFFF}🦊"

  /// A report with every verdict in it, and with names that formats trip over.
  static var report: VerifyReport {
    var report = Samples.verifyReport(
      [
        Samples.layer(Self.hostile, .isolated, bound: 3, worst: 2),
        Samples.layer("nan", .network, bound: .infinity, worst: .infinity, nonFinite: 2),
        Samples.layer("damaged", .isolated, bound: 0.1, worst: 0.1, guardsIntact: false),
        LayerResult(
          caseName: "dog", layer: "refused", problem: "mb1", requested: "fast",
          shape: [1, 3, 4, 5],
          notRun: .unsupported, reason: "it is dilated"),
      ])
    report.goldens[0].cases[0].layers[0] = {
      var layer = report.goldens[0].cases[0].layers[0]
      layer = Samples.layer(layer.layer, .isolated, bound: 2, worst: 0.5)
      return layer
    }()
    return report
  }

  @Test("come back from JSON as they were") func roundTrip() throws {
    let text = try Self.report.json()
    let read = try VerifyReport(json: text, name: "file")
    #expect(try read.json() == text)
    #expect(read.verdict == .fail)
    let verdicts = { (report: VerifyReport) in
      report.goldens.flatMap(\.cases).flatMap { result in
        result.layers.map(\.verdict) + result.maps.map(\.verdict) + result.classes.map(\.verdict)
      }
    }
    #expect(verdicts(read) == verdicts(Self.report))
    #expect(
      read.goldens[0].cases[0].layers.map(\.worstPosition)
        == Self.report.goldens[0].cases[0].layers.map(\.worstPosition))
  }

  @Test("are judged again as they would have been at first") func judgedAgain() throws {
    var read = try VerifyReport(json: try Self.report.json(), name: "file")
    for policy in [Policy.bitwise, .tolerances(atol: 1, rtol: 0)] + Policy.usual + [.bound] {
      read.judge(by: policy)
      var direct = Self.report
      direct.judge(by: policy)
      #expect(
        read.goldens[0].cases[0].layers.map(\.verdict)
          == direct.goldens[0].cases[0].layers.map(\.verdict), "\(policy.name)")
      let verdicts = read.goldens[0].cases[0].layers
      // No policy forgives NaN or damage, and what was not run stays so.
      #expect(verdicts.first { $0.layer == "nan" }?.verdict == .fail)
      #expect(verdicts.first { $0.layer == "damaged" }?.verdict == .fail)
      #expect(verdicts.first { $0.layer == "refused" }?.verdict == .unsupported)
    }
  }

  @Test(
    "refuse what is no report",
    arguments: [
      "", "{}", "[1]", "{\"context\": 3}", "null",
    ])
  func refusals(text: String) {
    let error = #expect(throws: ReportError.self) { try VerifyReport(json: text, name: "file") }
    #expect(error?.description.hasPrefix("file is not a report") == true)
  }

  @Test("refuse numbers that make no sense") func nonsense() throws {
    let text = try Self.report.json()
    for (old, new) in [
      ("\"feed\" : \"isolated\"", "\"feed\" : \"elsewhere\""),
      ("\"verdict\" : \"UNSUPPORTED\"", "\"verdict\" : \"GREAT\""),
      ("\"count\" : 60", "\"count\" : -1"),
    ] {
      let damaged = text.replacing(old, with: new, maxReplacements: 1)
      #expect(damaged != text)
      #expect(throws: ReportError.self) { try VerifyReport(json: damaged, name: "file") }
    }
  }

  @Test("as CSV have one field a column in every row") func csv() {
    let rows = Self.records(Self.report.csv())
    let report = Self.report.goldens[0].cases[0]
    #expect(rows.count == 1 + report.layers.count + report.maps.count + report.classes.count)
    #expect(Set(rows.map(\.count)).count == 1)
    let layer = rows[0].firstIndex(of: "layer") ?? 0
    #expect(rows.contains { $0[layer] == Self.hostile })
    let verdict = rows[0].firstIndex(of: "verdict") ?? 0
    #expect(rows.contains { $0[layer] == "nan" && $0[verdict] == "FAIL" })
  }

  /// Records of RFC 4180.
  static func records(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = ""
    var isQuoted = false
    var scalars = Array(text.unicodeScalars)[...]
    while let next = scalars.popFirst() {
      switch next {
      case "\"" where isQuoted && scalars.first == "\"":
        field.append("\"")
        scalars = scalars.dropFirst()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        row.append(field)
        field = ""
      case "\r" where !isQuoted && scalars.first == "\n":
        scalars = scalars.dropFirst()
        rows.append(row + [field])
        row = []
        field = ""
      default: field.unicodeScalars.append(next)
      }
    }
    return rows
  }

  @Test("as lines of JSON are an object a line, each with its kind") func lines() throws {
    struct Line: Decodable { var kind: String }
    let lines = try Self.report.jsonLines().split(separator: "\n")
    let kinds = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).kind }
    #expect(kinds.first == "context" && kinds.last == "verdict")
    #expect(kinds.count { $0 == "layer" } == Self.report.goldens[0].cases[0].layers.count)
    #expect(kinds.count { $0 == "cam" } == 1 && kinds.count { $0 == "class" } == 1)
  }

  @Test("as JUnit count what they hold and escape what XML forbids") func junit() {
    let text = Self.report.junit { _, _ in ["densecam verify --match 'a<b'"] }
    #expect(text.components(separatedBy: "<testcase ").count - 1 == 8)
    #expect(text.components(separatedBy: "<failure ").count - 1 == 3)
    #expect(text.components(separatedBy: "<skipped ").count - 1 == 1)
    #expect(text.contains("tests=\"8\" failures=\"3\""))
    #expect(text.contains("a,&quot;b&quot;&#10;&lt;c&gt;&amp;'\u{FFFD}\u{FFFD}🦊"))
    #expect(text.contains("--match 'a&lt;b'"))
    #expect(text.contains("MARGINAL") && text.contains("UNSUPPORTED: it is dilated"))
    let opened = text.components(separatedBy: "<testsuite ").count
    #expect(opened == text.components(separatedBy: "</testsuite>").count)
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    ranges(of: separator).reduce(into: [(self[...])]) { parts, range in
      guard let last = parts.popLast() else { return }
      parts += [last[..<range.lowerBound], last[range.upperBound...]]
    }
  }
}
