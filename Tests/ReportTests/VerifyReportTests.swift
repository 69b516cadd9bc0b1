import Testing
import Verify

@testable import Report

@Suite struct VerifyReportTests {
  private static func text(_ report: VerifyReport, all: Bool = false) -> String {
    report.document(all: all) { ["densecam verify \($0) --match '^\($1.layer)$'"] }.text()
  }

  @Test func `the whole report`() {
    let report = Samples.verifyReport(
      passes: 2,
      [
        Samples.layer("pool", .isolated, bound: 1.5, worst: 0.5, executed: ""),
        Samples.layer("pool", .network, bound: 0.75, worst: 0.5, executed: ""),
      ])
    #expect(
      Self.text(report) == """
        densecam 0.1.0, Swift 6.3
        Example 9000, 2 of 4 CPUs, avx2 (forced), OpenBLAS Zen, load 0.25
        tiny on 2 threads
        tiny.h5: mxnet 1.9.1, f32, 2026-01-01T00:00:00Z

        Layers on fast

        layer  verdict    iso   net  growth  rel. L2  max abs  max ulp
        ──────────────────────────────────────────────────────────────
        pool   MARGINAL  1.50  0.75    1.00  1.0e-07  2.5e-01      3.5
        conv1  PASS      0.02  0.01    4.00  4.0e-07  2.5e-01      3.5
        conv0  PASS      0.01  0.01    4.00  4.0e-07  2.5e-01      3.5

        iso: error/bound of the isolated feed: given the golden's values
        net: error/bound of the network feed: given what the steps before have computed
        growth: rel. L2 of the network feed over that of the isolated one

        MARGINAL pool: more than rounding makes likely, and no more than it makes possible; \
        up to 1.50 of what is likely

        CAM of class  verdict  err/bound  rel. L2  peak shift    IoU  identity
        ──────────────────────────────────────────────────────────────────────
        7 Hund        PASS             –        0           0  1.000         0

        a map without err/bound is judged by its distance from the golden's: a layer before it failed \
        or was not judged with the network feed, or the input is not the golden's own

        top 5      verdict  same top 1  same top 5  margin used
        ───────────────────────────────────────────────────────
        4 5 3 2 1  PASS     yes         yes                   0

        fast  MARGINAL  3 layers: 2 PASS, 1 MARGINAL, 0 FAIL; worst 1.50 of its bound at pool (isolated); \
        1 map: 1 PASS, 0 FAIL; top 1 same in 1 of 1

        """)
    #expect(report.verdict == .marginal)
  }

  @Test func `what rounding did to the picture stands beside a map that passes`() {
    func notes(relativeL2: Double, bound: Double?) -> String {
      var report = Samples.verifyReport([])
      report.goldens[0].cases[0].maps = [
        MapComparison(
          caseName: "dog", backend: "fast", classIndex: 1, label: nil, relativeL2: relativeL2,
          peakShift: 0, intersectionOverUnion: 1, identityError: 0, errorOverBound: bound,
          errorOverWorst: bound)
      ]
      return Self.text(report)
    }
    let changed = "1 of the maps that rounding explains looks different"
    #expect(notes(relativeL2: 1e-3, bound: 0.5).contains(changed))
    #expect(!notes(relativeL2: 1e-5, bound: 0.5).contains(changed))
    #expect(!notes(relativeL2: 1e-3, bound: 0.5).contains("without err/bound"))
    #expect(notes(relativeL2: 1e-3, bound: nil).contains("without err/bound"))
    #expect(!notes(relativeL2: 1e-3, bound: nil).contains(changed))
  }

  @Test func `a golden without maps is said to have none, once and with the reason`() throws {
    var report = Samples.verifyReport([])
    #expect(!Self.text(report).contains("no maps"))
    report.goldens[0].cases[0].maps = []
    report.goldens[0].cases[0].noMaps = "it is a LeNet"
    var second = CaseResult(name: "cat")
    second.noMaps = "it is a LeNet"
    second.classes = [
      ClassComparison(
        caseName: "cat", backend: "fast", top5: [1], goldenTop5: [1], marginUsed: 0.5)
    ]
    report.goldens[0].cases.append(second)
    let lines = Self.text(report).split(separator: "\n").filter { $0.contains("no maps") }
    #expect(lines == ["tiny.h5: no maps are compared: it is a LeNet"])
    let read = try VerifyReport(json: try report.json(), name: "file")
    #expect(Self.text(read) == Self.text(report))
  }

  @Test func `ten passes and what did not pass unless all are wanted`() {
    let report = Samples.verifyReport(
      passes: 30,
      [
        Samples.layer("bad", .isolated, bound: 50, worst: 5),
        Samples.layer("dubious", .isolated, bound: 2, worst: 0.5),
      ])
    let short = Self.text(report).split(separator: "\n").map(String.init)
    let start = short.firstIndex { $0.hasPrefix("layer ") } ?? 0
    #expect(short[start + 2].hasPrefix("bad "))
    #expect(short[start + 3].hasPrefix("dubious "))
    #expect(short[start + 4].hasPrefix("conv29 "))
    #expect(short[start + 13].hasPrefix("conv20 "))
    #expect(short[start + 14].hasPrefix("iso: ") && short[start + 15].hasPrefix("net: "))
    #expect(short[start + 16].hasPrefix("growth: "))
    #expect(short[start + 17] == "… 20 more PASS; --all shows them")

    let long = Self.text(report, all: true).split(separator: "\n").map(String.init)
    #expect(long[start + 2].hasPrefix("conv0 "))
    #expect(long[start + 33].hasPrefix("dubious "))
    #expect(!Self.text(report, all: true).contains("--all"))
  }

  @Test func `a failure says where, what and how to see it again`() {
    let report = Samples.verifyReport(
      passes: 0,
      [
        Samples.layer("bad", .isolated, bound: 50, worst: 5, executed: "naive"),
        Samples.layer(
          "worse", .network, bound: .infinity, worst: .infinity, nonFinite: 3, guardsIntact: false),
      ])
    let text = Self.text(report)
    #expect(
      text.contains(
        """
        FAIL bad [0,1,1,2]: expected 1.5, got 1.75, error/bound 50.0
             fast (ran on naive), isolated feed, case dog
             densecam verify tiny.h5 --match '^bad$'
        FAIL worse [0,1,1,2]: expected 1.5, got nan, error/bound inf, 3 elements not finite, wrote \
        outside of its memory, or no numbers into its spare lanes
             fast, network feed, case dog
             densecam verify tiny.h5 --match '^worse$'

        """))
    #expect(text.contains("ran on"))
    #expect(report.verdict == .fail)
  }

  @Test(arguments: [false, true]) func `tables fit 80 columns`(hasManyCases: Bool) {
    let name = "DBstage3_unit12_conv2_with_a_name_that_nobody_would_type"
    var report = Samples.verifyReport(
      passes: 0,
      [
        Samples.layer(
          name, .isolated, bound: 0.5, worst: 0.1, l2: 1.2e-7,
          executed: "a-backend-with-a-long-name"),
        Samples.layer(
          name, .network, bound: 123_456, worst: 0.1, l2: 1.2e-3,
          executed: "a-backend-with-a-long-name"),
      ])
    if hasManyCases { report.goldens.append(report.goldens[0]) }
    let document = report.document(all: true) { _, _ in [] }
    for case .table(let table) in document.blocks {
      for line in table.lines(width: 80, color: false) { #expect(line.displayWidth <= 80) }
    }
    #expect(document.markdown().contains("| \(name) |"))
  }

  @Test func `nothing compared is said`() {
    let report = VerifyReport(context: Samples.context, threads: 1, goldens: [])
    #expect(report.verdict == nil)
    #expect(Self.text(report).hasSuffix("nothing was compared\n"))
  }

  @Test func `JSON has the keys that scripts rely on`() throws {
    let report = Samples.verifyReport(
      passes: 1,
      [
        Samples.layer("bad", .network, bound: .infinity, worst: .infinity, l2: .nan, nonFinite: 2)
      ])
    let json = try JSONValue.parse(try report.json())
    #expect(json.keys == ["context", "verdict", "layers", "cams", "classes"])
    #expect(json["verdict"] == .text("FAIL"))
    let layers = try #require(json["layers"]).items
    #expect(layers.count == 3)
    #expect(
      layers[0].keys.isSuperset(of: [
        "case", "layer", "requested", "executed", "feed", "verdict", "error_over_bound",
        "relative_l2", "max_abs", "max_ulp", "non_finite",
      ]))
    #expect(layers[0]["feed"] == .text("isolated"))
    #expect(layers[0]["error_over_bound"] == .number(0.01))
    #expect(layers[0]["max_ulp"] == .number(3.5))
    #expect(layers[2]["error_over_bound"] == .null)
    #expect(layers[2]["relative_l2"] == .null)
    #expect(layers[2]["got"] == .null)
    #expect(layers[2]["non_finite"] == .number(2))
    #expect(layers[2]["index"] == .list([.number(0), .number(1), .number(1), .number(2)]))
    let map = try #require(json["cams"]?.items.first)
    #expect(
      map.keys.isSuperset(of: [
        "case", "class", "relative_l2", "peak_shift", "iou", "top1_same", "verdict",
      ]))
    #expect(map["class"] == .number(7))
    #expect(map["top1_same"] == .bool(true))
    #expect(map["iou"] == .number(1))
    let context = try #require(json["context"])
    #expect(context["weights_sha256"] == .text("c0de"))
    #expect(context["instruction_set"] == .text("avx2"))
    #expect(context["machine"]?["openblas_coretype"] == .null)
    #expect(context["goldens"]?.items.first?["path"] == .text("tiny.h5"))
  }

  @Test func `JSON of nothing has no verdict`() throws {
    let report = VerifyReport(context: Samples.context, threads: 1, goldens: [])
    #expect(try JSONValue.parse(try report.json())["verdict"] == .null)
  }
}
