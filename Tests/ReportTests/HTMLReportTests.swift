import Files
import Foundation
import Testing

@testable import Bench
@testable import Report
@testable import Verify

/// Pages of results, and what they make of files that mean no good.
@Suite("Page of results") struct HTMLReportTests {
  /// Names that would be markup, end an element or turn the direction of writing.
  static let hostileNames = [
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><b>bold</b>",
    "' onmouseover='alert(1)", "<!--<script>", "]]>", "&lt;b&gt;", "a\u{202E}b", "a\nb\u{0}c",
    "__proto__", "constructor", "${alert(1)}",
  ]

  static func bench(_ name: String = "fast") throws -> String {
    var result = Samples.benchmark(name)
    result.steps[0].name = name
    result.model = name
    var context = Samples.context
    context.model = name
    context.command = "densecam bench --model \(name)"
    return try BenchReport(context: context, results: [result], clockCost: 25).json()
  }

  static func verify(_ name: String = "conv") throws -> String {
    var report = Samples.verifyReport([
      Samples.layer(name, .isolated, bound: 2, worst: 1.5, requested: name)
    ])
    report.context.model = name
    return try report.json()
  }

  static func page(_ texts: String..., title: String? = nil) throws -> String {
    let files = try texts.enumerated().map {
      try ResultFile(json: $1, name: "results \($0).json")
    }
    return try HTMLReport(title: title, files: files, generator: "densecam test").html { _ in
      { golden, layer in ["densecam verify \(golden) --match \(layer.layer)"] }
    }
  }

  /// What stands between the first tag that begins so and the end of it.
  static func element(_ start: String, _ end: String, in page: String) throws -> String {
    let from = try #require(page.range(of: start))
    let to = try #require(page.range(of: end, range: from.upperBound..<page.endIndex))
    return String(page[from.upperBound..<to.lowerBound])
  }

  /// The page's data, as a browser gets it.
  static func data(_ page: String) throws -> JSONValue {
    try JSONValue.parse(
      element("<script type=\"application/json\" id=\"data\">", "</script>", in: page))
  }

  // MARK: - What is in a page

  @Test("has a verdict for each file first, and the kind follows from the content")
  func verdicts() throws {
    let page = try Self.page(Self.bench(), Self.verify())
    let header = try Self.element("<header>", "</header>", in: page)
    let lines = header.components(separatedBy: "<li>").dropFirst()
    #expect(lines.count == 2)
    #expect(lines.first?.contains("<span class=\"verdict v-pass\">PASS</span>") == true)
    #expect(lines.first?.contains("bench of fast") == true)
    #expect(lines.first?.contains("4 layers: 4 PASS") == true)
    #expect(lines.last?.contains("<span class=\"verdict v-fail\">FAIL</span>") == true)
    #expect(lines.last?.contains("verify of conv") == true)
    #expect(lines.last?.contains("2 layers: 1 FAIL, 1 PASS; 1 map: 1 PASS") == true)
  }

  @Test("shows the candidates without a script") func candidates() throws {
    let page = try Self.page(Self.bench("<quick>"))
    let table = try Self.element("<tbody>", "</tbody>", in: page)
    #expect(table.contains(">&lt;quick&gt;</th>"))
    #expect(table.contains("data-value=\"6.1\">6.100</td>"))
  }

  @Test("gives the script all layers, and no repetition") func layers() throws {
    let page = try Self.page(Self.bench(), Self.verify())
    let results = try Self.data(page).items
    #expect(results.map { $0["kind"] } == [.text("bench"), .text("verify")])
    #expect(results.map { $0["section"] } == [.text("result-1"), .text("result-2")])
    let bench = try #require(results.first?["content"]?["layers"])
    let names = try #require(bench["columns"]).items.compactMap { $0["name"]?.string }
    #expect(
      Set(names).isSuperset(of: ["candidate", "layer", "min_ms", "verdict", "direct_intensity"]))
    let rows = try #require(bench["rows"]).items
    #expect(rows.count == 4 && rows.allSatisfy { $0.items.count == names.count })
    let verify = try #require(results.last?["content"]?["layers"])
    // Both feeds of a layer share a row.
    #expect(verify["rows"]?.items.count == 2)
    #expect(!page.contains("repetition_index"))
  }

  /// 64 channels become 128 at 56 × 56 places by a 1×1 convolution: 2·64·128·3136 operations on
  /// 64·3136 + 64·128 + 128·3136 numbers of four bytes.
  @Test("counts operations a byte, each operand moved once") func intensity() throws {
    let layers = try #require(try Self.data(Self.page(Self.bench())).items[0]["content"]?["layers"])
    let place = try #require(
      layers["columns"]?.items.firstIndex { $0["name"] == .text("direct_intensity") })
    let rows = try #require(layers["rows"]).items
    guard case .number(let value) = rows[0].items[place] else {
      Issue.record("no number")
      return
    }
    #expect(abs(value - 51_380_224 / (610_304 * 4)) < 1e-4)
    #expect(rows[3].items[place] == .null, "a pooling is no convolution")
  }

  @Test("keeps what is infinite apart from what is not there") func infinite() throws {
    let page = try Self.page(
      Samples.verifyReport(
        passes: 0,
        [
          Samples.layer("far", .isolated, bound: .infinity, worst: .infinity)
        ]
      ).json())
    let layers = try #require(try Self.data(page).items[0]["content"]?["layers"])
    let names = try #require(layers["columns"]).items.compactMap { $0["name"]?.string }
    let row = try #require(layers["rows"]?.items.first).items
    #expect(row[try #require(names.firstIndex(of: "own"))] == .text("∞"))
    #expect(row[try #require(names.firstIndex(of: "inherited"))] == .null)
  }

  @Test("shows a verdict in place of the speed of a network that is wrong") func wrong() throws {
    let json = try BenchReport(
      context: Samples.context, results: [Samples.benchmark("fast", verdict: .fail)], clockCost: 25
    ).json()
    let table = try Self.element("<tbody>", "</tbody>", in: Self.page(json))
    #expect(table.contains("FAIL"))
    #expect(!table.contains("6.1"))
  }

  @Test("tells whether a self-test was sharp") func selfTest() throws {
    let json = try SelfTestReport(
      context: Samples.context, threads: 1, faults: [], policies: [.bound], trials: [],
      alarms: SelfTest.FalseAlarms(failed: [0]), seeds: nil
    ).json()
    let page = try Self.page(json)
    #expect(page.contains("<span class=\"verdict v-pass\">SHARP</span>"))
    #expect(page.contains("Policies side by side"))
  }

  // MARK: - Trust

  @Test("makes no markup of a name", arguments: hostileNames) func hostile(name: String) throws {
    let page = try Self.page(Self.bench(name), Self.verify(name), title: name)
    // Nothing but the page's own elements, as many as a page of harmless names has.
    let harmless = try Self.page(Self.bench("x"), Self.verify("x"), title: "x")
    func tags(_ page: String) -> [Substring] {
      // The style, the data and the script are no markup; their ends are found as a browser does.
      var rest = page[...]
      var tags: [Substring] = []
      while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
        let tag = rest[start...end]
        tags.append(tag.prefix { !$0.isWhitespace && $0 != ">" })
        rest = rest[rest.index(after: end)...]
        for raw in ["style", "script"] where tag.hasPrefix("<\(raw)") {
          rest = rest.range(of: "</\(raw)").map { rest[$0.lowerBound...] } ?? ""
        }
      }
      return tags
    }
    #expect(tags(page) == tags(harmless))
    let raw = try Self.element(
      "<script type=\"application/json\" id=\"data\">", "</script>", in: page)
    #expect(!raw.contains("<"))
    #expect(!page.unicodeScalars.contains("\u{202E}"))
    let layers = try #require(try Self.data(page).items[0]["content"]?["layers"])
    let place = try #require(layers["columns"]?.items.firstIndex { $0["name"] == .text("layer") })
    #expect(layers["rows"]?.items[0].items[place] == .text(name.escaped))
  }

  @Test("lets a browser run its own script and load nothing") func policy() throws {
    let page = try Self.page(Self.bench(), Self.verify())
    let policy = try Self.element(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\">", in: page
    ).replacing("&#39;", with: "'")
    let rules = policy.components(separatedBy: "; ").map { $0.components(separatedBy: " ") }
    #expect(
      rules.map(\.[0]) == ["default-src", "style-src", "script-src", "base-uri", "form-action"])
    for rule in [rules[0], rules[3], rules[4]] { #expect(rule[1...] == ["'none'"]) }
    for (rule, name) in [(rules[1], "style"), (rules[2], "script")] {
      let text = try Self.element("<\(name)>", "</\(name)>", in: page)
      let source = try #require(rule.count == 2 ? rule[1] : nil)
      #expect(source.hasPrefix("'sha256-") && source.hasSuffix("'"))
      let sum = try #require(Data(base64Encoded: String(source.dropFirst(8).dropLast())))
      #expect(sum.map { String(format: "%02x", $0) }.joined() == SHA256Digest.of(text))
    }
    #expect(page.components(separatedBy: "<script").count == 3)
    #expect(page.components(separatedBy: "<style").count == 2)
    for external in [" src=", "@import", "url(", " style=", " onclick"] {
      #expect(!page.contains(external))
    }
    // The one address that there is names the dialect of drawings, and nothing is loaded from it.
    #expect(page.components(separatedBy: "http").count == 1 + 2)
    #expect(!page.contains("innerHTML") && !page.contains("insertAdjacentHTML"))
  }

  // MARK: - What is refused

  static func refusal(_ text: String) -> String? {
    do {
      _ = try ResultFile(json: text, name: "x.json")
      return nil
    } catch {
      return error.description
    }
  }

  @Test("is not made of what has been cut") func cut() throws {
    for text in [try Self.bench(), try Self.verify()] {
      for length in [0, 1, text.count / 3, text.count - 3] {
        let refusal = try #require(Self.refusal(String(text.prefix(length))))
        #expect(refusal.hasPrefix("x.json is not what `densecam verify --format json`"))
        #expect(refusal.contains("is not valid JSON"))
        #expect(!refusal.contains("\n"))
      }
    }
  }

  @Test("is not made of other documents") func others() throws {
    #expect(
      Self.refusal("{\"schema\": \"densecam.plan/1\", \"assignments\": []}")?
        .hasSuffix("its schema is densecam.plan/1") == true)
    #expect(Self.refusal("{}")?.contains("it has other keys") == true)
    #expect(Self.refusal("[]")?.contains("is not valid JSON") == false)
    // Google Benchmark's own files have no candidates.
    #expect(Self.refusal("{\"context\": {}, \"benchmarks\": []}") != nil)
    #expect(
      Self.refusal("{\"kind\": \"context\"}\n{\"kind\": \"layer\"}\n")?.contains("lines of JSON")
        == true)
  }

  @Test("is not made of values that are none") func values() throws {
    let bench = try Self.bench()
    let broken = [
      ("\"min_ms\" : 1,", "\"min_ms\" : \"1\",", "layers[0].min_ms is not a number"),
      ("\"batch\" : 1,", "\"batch\" : null,", "candidates[0].batch is null"),
      ("\"batch\" : 1,", "\"batch\" : 1e99,", "is not valid JSON"),
      ("\"threads\" : 2,", "", "has no \"threads\""),
      ("\"verdict\" : \"PASS\"", "\"verdict\" : \"FINE\"", "FINE is none of PASS"),
    ]
    for (old, new, words) in broken {
      #expect(bench.contains(old), "\(old)")
      let refusal = try #require(Self.refusal(bench.replacing(old, with: new)), "\(new)")
      #expect(refusal.contains(words), "\(refusal)")
    }
    let verify = try Self.verify()
    #expect(
      Self.refusal(verify.replacing("\"count\" : 60", with: "\"count\" : 61"))
        == "x.json: conv0 has 61 elements, but the shape [1, 3, 4, 5]")
  }

  @Test("survives numbers at the end of their range") func extremes() throws {
    let text = try Self.bench()
      .replacing("\"min_ms\" : 1,", with: "\"min_ms\" : 1.7e308,")
      .replacing("\"peak_gflops\" : null", with: "\"peak_gflops\" : 1.7e308")
      .replacing("\"process_peak\" : 0", with: "\"process_peak\" : 9223372036854775807")
      .replacing("mb1ic64ih56", with: "mb16777216ic16777216ih16777216")
    _ = try Self.data(Self.page(text))
  }

  @Test("is small, for all the repetitions that it is made of") func size() throws {
    var result = Samples.benchmark("fast")
    let step = result.steps[0]
    result.steps = (0..<300).map { index in
      var step = step
      step.name = "stage\(index % 4)_unit\(index)_conv1"
      step.samples = (0..<50).map { 1_000_000 + $0 * 137 }
      return step
    }
    let json = try BenchReport(
      context: Samples.context, results: [result], clockCost: 25
    ).json()
    let page = try Self.page(json)
    #expect(json.utf8.count > 8_000_000)
    #expect(page.utf8.count < 200_000)
  }
}
