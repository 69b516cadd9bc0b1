import Verify

/// One layer and feed in a report.
struct LayerEntry: ColumnRow {
  var golden = ""
  var goldenCase = ""
  var result: LayerResult

  /// As the file has them; what they mean to the result is settled by ``judged(by:)``.
  var index: [Int]
  var tolerances: [[Double]]

  var deviation: Deviation {
    get { result.deviation }
    set { result.deviation = newValue }
  }

  init() {
    self.init(
      LayerResult(
        caseName: "", layer: "", problem: nil, requested: "", shape: [], notRun: .skipped,
        reason: ""))
  }

  init(_ result: LayerResult, golden: String = "", goldenCase: String = "") {
    self.golden = golden
    self.goldenCase = goldenCase
    self.result = result
    index = result.worstPosition
    tolerances = result.deviation.tolerances.points.map { [$0.magnitude, $0.error] }
  }
}

/// One Class Activation Map in a report.
struct MapEntry: ColumnRow {
  var golden = ""
  var map: MapComparison

  /// Nil if the golden stores no classes.
  var isSameTop1: Bool?

  init() {
    self.init(
      MapComparison(
        caseName: "", backend: "", classIndex: 0, label: nil, relativeL2: .nan, peakShift: nil,
        intersectionOverUnion: .nan, identityError: .nan))
  }

  init(_ map: MapComparison, golden: String = "", classes: [ClassComparison] = []) {
    self.golden = golden
    self.map = map
    isSameTop1 = classes.first { $0.backend == map.backend }?.isSameTop1
  }
}

/// The classes of one case in a report.
struct ClassEntry: ColumnRow {
  var golden = ""
  var classes: ClassComparison
  var verdict: Verdict

  init() {
    self.init(
      ClassComparison(caseName: "", backend: "", top5: [], goldenTop5: [], marginUsed: .nan))
  }

  init(_ classes: ClassComparison, golden: String = "") {
    self.golden = golden
    self.classes = classes
    verdict = classes.verdict
  }

  /// A margin of 0 is used up infinitely often, which is no failure, but NaN is one; both are `null`.
  var comparison: ClassComparison {
    var classes = classes
    if classes.marginUsed.isNaN, verdict != .fail { classes.marginUsed = .infinity }
    return classes
  }
}
