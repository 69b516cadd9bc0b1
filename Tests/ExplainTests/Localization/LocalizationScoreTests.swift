import FoundationEssentials
import Testing

@testable import Explain

@Suite struct LocalizationScoreTests {
  static let settings = LocalizationSettings(thresholdSteps: 2)

  /// An outcome with two steps: overlaps at the thresholds 0, 0.5 and 1.
  static func outcome(
    _ picture: String, _ classIndex: Int, hit: Bool = false, overlap: Double = 0,
    sweep: [Double] = [0, 0, 0], best: [Double] = [0, 0, 0],
    condition: MapScore.Condition = .scored,
    predicted: Int? = nil
  ) -> LocalizationOutcome {
    LocalizationOutcome(
      picture: picture, classIndex: classIndex,
      score: MapScore(
        condition: condition, peak: nil, isPointingHit: hit,
        box: condition == .scored
          ? BoundingBox(x: 0, y: 0, width: 1, height: 1) : nil,
        overlap: overlap, isBoxRight: overlap >= 0.5, sweep: sweep, bestSweep: best),
      predictedClass: predicted)
  }

  static let outcomes = [
    outcome(
      "a", 1, hit: true, overlap: 0.5, sweep: [0.4, 0.5, 0], best: [0.4, 0.7, 0.7], predicted: 1),
    outcome("a", 0, hit: true, overlap: 0.25, sweep: [0.6, 0.5, 0.1], best: [0.6, 0.5, 0.3]),
    outcome("b", 1, overlap: 0.75, sweep: [0.9, 0.2, 0.1], best: [0.9, 0.5, 0.3], predicted: 0),
    outcome("c", 1, condition: .flat, predicted: 1),
    outcome("d", 3, condition: .nonFinite),
  ]

  private func score(_ outcomes: [LocalizationOutcome]) -> LocalizationScore {
    var score = LocalizationScore(settings: Self.settings)
    for outcome in outcomes { score.add(outcome) }
    return score
  }

  @Test func figures() throws {
    let overall = score(Self.outcomes).overall
    #expect(overall.count == 5)
    #expect(overall.flatCount == 1 && overall.nonFiniteCount == 1 && overall.boxlessCount == 0)
    #expect(overall.pointing == Proportion(successes: 2, count: 5))
    #expect(overall.box == Proportion(successes: 2, count: 5))
    #expect(overall.meanOverlap == 0.3)
    // Two right ones at 0, and at 0.5: the lower threshold is named.
    #expect(overall.maxBoxAccuracy?.proportion.successes == 2)
    #expect(overall.maxBoxAccuracy?.threshold == 0)
    #expect(overall.maxBoxAccuracyV2Parts.map(\.proportion.successes) == [3, 3, 1])
    #expect(overall.maxBoxAccuracyV2Parts.map(\.threshold) == [0, 0.5, 0])
    #expect(abs(try #require(overall.maxBoxAccuracyV2) - 7.0 / 15) < 1e-15)
    #expect(overall.top1 == Proportion(successes: 2, count: 3))
    #expect(overall.top1Localization == Proportion(successes: 1, count: 3))
  }

  @Test func classes() throws {
    let score = score(Self.outcomes)
    #expect(score.perClass.map(\.classIndex) == [0, 1, 3])
    #expect(score.perClass.map(\.summary.count) == [1, 3, 1])
    #expect(score.perClass.map(\.summary.pointing.successes) == [1, 1, 0])
    let mean: Double = try #require(score.classMeanPointing)
    let error: Double = mean - 4.0 / 9
    #expect(error.magnitude < 1e-15)
  }

  @Test func nothing() {
    let score = score([])
    #expect(score.overall.pointing.value == nil && score.overall.pointing.interval == nil)
    #expect(score.overall.maxBoxAccuracy == nil && score.overall.maxBoxAccuracyV2 == nil)
    #expect(score.overall.meanOverlap == nil && score.classMeanPointing == nil)
    #expect(score.perClass.isEmpty)
    #expect(score.rows { "\($0)" }.map(\.name) == ["all"])
  }

  @Test func orderAndPartsDoNotMatter() throws {
    let whole = score(Self.outcomes)
    #expect(whole.outcomes.map(\.key.picture) == ["a", "a", "b", "c", "d"])
    #expect(whole.outcomes.map(\.key.classIndex) == [0, 1, 1, 1, 3])
    var generator = Seeded(seed: 3)
    for _ in 0..<20 {
      let shuffled = Self.outcomes.shuffled(using: &generator)
      let cut = Int.random(in: 0...shuffled.count, using: &generator)
      var parts = score(Array(shuffled[..<cut]))
      parts.merge(score(Array(shuffled[cut...])))
      #expect(parts == whole && parts.overall == whole.overall)
    }
  }

  @Test func theSamePictureCountsOnce() {
    let twice = score([Self.outcome("a", 1), Self.outcome("a", 1, hit: true)])
    #expect(twice.overall.pointing == Proportion(successes: 1, count: 1))
  }

  /// `scipy.stats.binomtest(k, n).proportion_ci(method="wilson")`, SciPy 1.17.
  @Test(
    arguments: [
      (0, 10, 0, 0.27753279986288926), (10, 10, 0.7224672001371109, 1),
      (9, 10, 0.5958499732047615, 0.9821237869049271), (1, 1, 0.20654931437723745, 1),
      (45, 50, 0.7863976856252034, 0.9565242350681095),
      (263, 296, 0.8475657470836894, 0.919506294603316),
    ] as [(Int, Int, Double, Double)])
  func wilson(_ successes: Int, _ count: Int, _ lower: Double, _ upper: Double) throws {
    let interval = try #require(Proportion(successes: successes, count: count).interval)
    #expect(abs(interval.lowerBound - lower) <= 1e-15)
    #expect(abs(interval.upperBound - upper) <= 1e-15)
  }

  @Test func rows() throws {
    let rows = score(Self.outcomes).rows { "class \($0)" }
    #expect(rows.map(\.name) == ["class 0", "class 1", "class 3", "all"])
    #expect(rows.map(\.classIndex) == [0, 1, 3, nil])
    let all = rows[3]
    #expect(all.count == 5 && all.pointing == 0.4 && all.boxAccuracy == 0.4)
    #expect(all.maxBoxAccuracy == 0.4 && all.bestThreshold == 0 && all.flat + all.nonFinite == 2)
    #expect(rows[0].top1 == nil)
    #expect(rows.map { $0.classMeanPointing != nil } == [false, false, false, true])
  }

  @Test func json() throws {
    let row = try #require(score(Self.outcomes).rows { "class \($0)" }.first)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let data = try encoder.encode(row)
    let text = String(decoding: data, as: UTF8.self)
    for key in ["\"box_accuracy\":0", "\"class\":0", "\"mean_iou\":0.25", "\"max_box_acc\":1"] {
      #expect(text.contains(key), "\(key) in \(text)")
    }
    #expect(try JSONDecoder().decode(LocalizationRow.self, from: data) == row)
    let outcome = String(decoding: try encoder.encode(Self.outcomes[0]), as: UTF8.self)
    #expect(
      outcome == #"{"key":{"class":1,"picture":"a"},"predicted_class":1,"score":{"#
        + #""best_iou_sweep":[0.4,0.7,0.7],"box":[0,0,1,1],"box_right":true,"condition":"scored","#
        + #""iou":0.5,"iou_sweep":[0.4,0.5,0],"pointing_hit":true}}"#)
  }
}
