import FoundationEssentials
import Testing

@testable import Bench
@testable import Report
@testable import Verify

/// Rows that no report has, so that what a column does can be seen by itself.
private struct Melon: ColumnRow {
  var name = ""
  var weight = 0.0
  var slices: [Int] = []
  var isRipe = false
  var owner: String?
  var price: Double?
  var verdict = Verdict.pass

  /// Older builds did not weigh the seeds.
  var seeds = 0.0

  static let columns: [Column<Melon>] = [
    .kept("name", \.name, "what it is called"),
    .kept(
      "weight_of_all2", \.weight, "how heavy it is", unit: "kg", better: .higher,
      words: "weight", shown: Shown("weight", .fixed(digits: 1))),
    .told("slice_count", { $0.slices.count }, "how many slices"),
    .kept("slices", \.slices, "what they weigh", csv: ["slices", "pieces"]),
    .kept("is_ripe", \.isRipe, "whether it is", shown: Shown("ripe", .sameness(.bad))),
    .kept("owner", \.owner, "whose it is", words: "of"),
    .kept(
      "price", \.price, "what it costs", null: Double.infinity, omitsNull: true, words: "for",
      shown: Shown("price", .ratio, isOptional: true, isExplained: true)),
    .kept("verdict", \.verdict, "what the eater said", csv: []),
    .kept("seeds", \.seeds, "what they weigh", missing: .nan, csv: []),
  ]

  static func read(_ text: String) throws -> Melon {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Melon.self, from: Data(text.utf8))
  }
}

@Suite("Columns") struct ColumnTests {
  @Test("are the keys of JSON, from which kept ones come back") func json() throws {
    let melon = Melon(
      name: "a,b", weight: 2.5, slices: [1, 2], isRipe: true, owner: "me", price: 3,
      verdict: .marginal)
    let line = try melon.jsonLine()
    #expect(
      line == """
        {"is_ripe":true,"name":"a,b","owner":"me","price":3,"seeds":0,"slice_count":2,"slices":[1,2],\
        "verdict":"MARGINAL","weight_of_all2":2.5}

        """)
    // What follows from others is not taken from the file, but damage there is damage.
    for other in ["\"slice_count\":9", "\"other\":{}"] {
      let read = try Melon.read(line.replacing("\"slice_count\":2", with: other))
      #expect(try read.jsonLine() == line)
    }
    #expect(throws: DecodingError.self) {
      try Melon.read(line.replacing("\"slice_count\":2", with: "\"slice_count\":\"many\""))
    }
  }

  @Test("write what has no value as null, or not at all") func nothing() throws {
    var melon = Melon()
    melon.weight = .nan
    let line = try melon.jsonLine()
    #expect(line.contains("\"owner\":null") && !line.contains("price"))
    #expect(line.contains("\"weight_of_all2\":null"))
    let read = try Melon.read(line)
    #expect(read.weight.isNaN && read.owner == nil && read.price == nil)
    // What is no number is not the same as what is missing.
    melon.price = .infinity
    #expect(try melon.jsonLine().contains("\"price\":null"))
    #expect(try Melon.read(melon.jsonLine()).price == .infinity)
  }

  @Test("may be missing where older builds had none") func older() throws {
    let line = try Melon().jsonLine()
    #expect(try Melon.read(line.replacing("\"seeds\":0,", with: "")).seeds.isNaN)
    #expect(try Melon.read(line).seeds == 0)
  }

  @Test("name the place of what cannot be read") func places() throws {
    let line = try Melon(owner: "me").jsonLine()
    for key in ["name", "owner", "slices"] {
      let error = #expect(throws: DecodingError.self) {
        try Melon.read(line.replacing("\"\(key)\"", with: "\"other\""))
      }
      guard case .keyNotFound(let missing, _) = error else {
        Issue.record("\(key): \(String(describing: error))")
        continue
      }
      #expect(missing.stringValue == key)
    }
    let error = #expect(throws: DecodingError.self) {
      try Melon.read(line.replacing("PASS", with: "GO\\nOD"))
    }
    guard case .dataCorrupted(let context) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(context.codingPath.map(\.stringValue) == ["verdict"])
    #expect(context.debugDescription.hasPrefix("GO\\nOD is none of PASS, FELL_BACK, "))
  }

  @Test("share a header in CSV") func csv() {
    let melon = Melon(name: "a,\"b\"", weight: .infinity, slices: [1, 2], isRipe: true)
    #expect(
      CSVSheet.text([CSVSheet(kind: "melon", [melon]), CSVSheet(kind: "class", [ClassEntry()])])
        == #"""
        kind,name,weight_of_all2,slice_count,slices,pieces,is_ripe,owner,price,golden,golden_case,\#
        case,requested,top1_same,top5_same,top5,margin_used,verdict\#r
        melon,"a,""b""",,2,1 2,1 2,true,,,,,,,,,,,\#r
        class,,,,,,,,,,,,,true,true,,,FAIL\#r

        """#)
  }

  @Test("are shown in tables and told in sentences if they say so") func shown() {
    let melon = Melon(weight: 2.25, price: 0.5)
    let shown = Melon.columns.shown()
    #expect(shown.map(\.name) == ["weight_of_all2", "is_ripe", "price"])
    #expect(
      shown.map(\.column) == [
        Table.Column("weight"), Table.Column("ripe", .left),
        Table.Column("price", isOptional: true, legend: "what it costs"),
      ])
    #expect(shown.map { $0.span(melon) } == [Span("2.2"), Span("NO", .bad), Span("0.50")])
    #expect(shown[2].span(Melon()) == "–")
    #expect(melon.sentence == "weight 2.25, of unknown, for 0.5")
    #expect(Melon().sentence == "weight 0.0, of unknown")
  }

  @Test("make tables of those that have values") func table() {
    let melons = [Melon(weight: 1), Melon(weight: 2, isRipe: true)]
    let table = Melon.table(melons, total: Melon(weight: 3), without: ["is_ripe"])
    #expect(table.columns.map(\.title) == ["weight"])
    #expect(
      table.rows == [.cells(["1.0"]), .cells(["2.0"]), .rule, .cells([Span("3.0", .strong)])])
    #expect(Melon.table([Melon(price: 1), Melon()]).columns.map(\.title).last == "price")
  }

  private static func lists() -> [[(name: String, csv: [String])]] {
    func list<Row: ColumnRow>(_ row: Row.Type) -> [(name: String, csv: [String])] {
      row.columns.map { ($0.name, $0.csvNames) }
    }
    return [
      list(LayerEntry.self), list(MapEntry.self), list(ClassEntry.self), list(BenchEntry.self),
      list(TimingEntry.self), list(CandidateEntry.self),
    ]
  }

  @Test("have names that are unique and come back from the coders' keys") func names() {
    for list in Self.lists() {
      #expect(Set(list.map(\.name)).count == list.count)
      #expect(Set(list.flatMap(\.csv)).count == list.flatMap(\.csv).count)
      // Lines of JSON and CSV say with it of which kind a row is.
      #expect(!list.contains { $0.name == "kind" || $0.csv.contains("kind") })
      for (name, _) in list {
        #expect(name.wholeMatch(of: /[a-z][a-z0-9]*(_[a-z0-9]+)*/) != nil)
        let key = ColumnKey(column: name).stringValue
        let back = key.reduce("") { $0 + ($1.isUppercase ? "_" : "") + $1.lowercased() }
        #expect(back == name)
      }
    }
  }

  /// Scripts go by the place of a column.
  @Test("keep their order in the CSV of a verification") func order() {
    let names =
      Samples.verifyReport([]).csv().split(separator: "\r\n").first?.split(separator: ",") ?? []
    #expect(
      names == [
        "kind", "golden", "golden_case", "case", "layer", "operation", "problem", "requested",
        "executed", "feed", "verdict", "reason", "count", "informative", "input_is_constant",
        "error_over_bound", "error_over_worst", "rms_over_bound", "relative_l2", "nmse", "snr_db",
        "max_abs", "max_relative", "max_ulp", "differing", "non_finite", "least_atol",
        "least_rtol", "least_tolerance", "guards_intact", "index", "expected", "got", "stored",
        "class", "label", "peak_shift", "iou", "identity_error", "top1_same", "top5_same", "top5",
        "margin_used",
      ])
  }

  /// A number that JSON cannot hold must not make a map pass by its distance.
  @Test("fail a map that is infinitely often its bound, after JSON as before") func infinite()
    throws
  {
    var report = Samples.verifyReport([])
    report.goldens[0].cases[0].maps = [
      MapComparison(
        caseName: "dog", backend: "fast", classIndex: 1, label: nil, relativeL2: 0, peakShift: 0,
        intersectionOverUnion: 1, identityError: 0, errorOverBound: .infinity,
        errorOverWorst: .infinity)
    ]
    #expect(report.verdict == .fail)
    #expect(try VerifyReport(json: report.json(), name: "file").verdict == .fail)
  }

  @Test("are listed in the guide as they are") func guide() throws {
    let path = String(#filePath).split(separator: "/").dropLast(3).joined(separator: "/")
    let guide = try String(contentsOfFile: "/\(path)/docs/columns.md", encoding: .utf8)
    let tables = ColumnList.document.markdown()
    #expect(guide.hasSuffix(tables), "docs/columns.md has to end in:\n\(tables)")
  }
}
