import Imaging
import Testing

@testable import Explain

@Suite struct LocalizationMapScorerTests {
  @Test(arguments: ReferenceCase.all.indices, LocalizationSettings.Connectivity.allCases)
  func reference(_ index: Int, _ connectivity: LocalizationSettings.Connectivity) throws {
    let reference = ReferenceCase.all[index]
    let expected = try #require(reference.expected[connectivity])
    let score = MapScorer(settings: LocalizationSettings(connectivity: connectivity)).score(
      reference.map, boxes: try reference.boxes.map(box),
      region: MapRegion(width: reference.width, height: reference.height))
    #expect(score.condition == .scored)
    #expect(score.peak == reference.peak)
    #expect(score.isPointingHit == reference.isPointingHit)
    #expect(try score.box == box(expected.box))
    #expect(abs(score.overlap - expected.overlap) <= 1e-15)
    #expect(score.isBoxRight == (expected.overlap >= 0.5))
    for (level, (sweep, best)) in zip(expected.sweep, expected.bestSweep).enumerated() {
      #expect(abs(score.sweep[20 * level] - sweep) <= 1e-15)
      #expect(abs(score.bestSweep[20 * level] - best) <= 1e-15)
    }
    #expect(abs(score.sweep.reduce(0, +) - expected.sweepSum) <= 1e-13)
    #expect(abs(score.bestSweep.reduce(0, +) - expected.bestSweepSum) <= 1e-13)
  }

  /// The figures of all reference cases, computed in numpy with them.
  @Test func referenceFigures() throws {
    var score = LocalizationScore()
    for (index, reference) in ReferenceCase.all.enumerated() {
      score.add(
        LocalizationOutcome(
          picture: "\(index)", classIndex: 0,
          score: MapScorer().score(
            reference.map, boxes: try reference.boxes.map(box),
            region: MapRegion(width: reference.width, height: reference.height))))
    }
    let overall = score.overall
    #expect(overall.pointing.successes == 2)
    #expect(overall.box.successes == 1)
    #expect(abs(try #require(overall.meanOverlap) - 0.26083880797143344) <= 1e-15)
    let best = try #require(overall.maxBoxAccuracy)
    #expect(best.proportion.successes == 2 && best.threshold == 0.71)
    #expect(overall.maxBoxAccuracyV2Parts.map(\.proportion.successes) == [3, 2, 1])
    #expect(overall.maxBoxAccuracyV2Parts.map(\.threshold) == [0.55, 0.62, 0.47])
    #expect(overall.maxBoxAccuracyV2 == 0.5)
  }

  @Test(
    arguments: [
      ([1.0, 1, 1, 1], MapScore.Condition.flat), ([0, 0, 0, 0], .flat),
      ([0.1, 0.1, 0.1, 0.1], .flat),
      ([1, .nan, 0, 0], .nonFinite), ([.infinity, 1, 2, 3], .nonFinite),
      ([.nan, .nan, .nan, .nan], .nonFinite),
      ([.infinity, .infinity, .infinity, .infinity], .nonFinite),
      ([-.greatestFiniteMagnitude, .greatestFiniteMagnitude, 0, 0], .nonFinite),
    ] as [([Double], MapScore.Condition)])
  func nothingToSee(_ values: [Double], _ condition: MapScore.Condition) throws {
    let score = MapScorer().score(
      Plane(width: 2, height: 2, values: values), boxes: [try box([0, 0, 7, 7])],
      region: MapRegion(width: 7, height: 7))
    #expect(score.condition == condition)
    #expect(!score.isPointingHit && !score.isBoxRight && score.overlap == 0)
    #expect(score.peak == nil && score.box == nil)
    #expect(score.sweep.count == 101 && score.sweep.allSatisfy { $0 == 0 })
    #expect(score.bestSweep == score.sweep)
  }

  /// One pixel is not enough to see a difference.
  @Test func pictureOfOnePixel() throws {
    let score = MapScorer().score(
      Plane(width: 2, height: 2, values: [0, 1, 2, 3]), boxes: [try box([0, 0, 1, 1])],
      region: MapRegion(width: 1, height: 1))
    #expect(score.condition == .flat)
  }

  @Test func mapWithoutPositiveValues() throws {
    let score = MapScorer().score(
      Plane(width: 2, height: 1, values: [-1, -2]), boxes: [try box([0, 0, 2, 2])],
      region: MapRegion(width: 4, height: 2))
    #expect(score.condition == .scored && score.isPointingHit)
    #expect(score.box == nil && !score.isBoxRight && score.overlap == 0)
    #expect(score.sweep.max() == 1)
  }

  /// 20 % of the maximum, not of the range: values of −1 to 1 are cut at 0.2, not at −0.6; and a
  /// value of exactly 20 % is not above it.
  @Test func cutIsAtAShareOfTheMaximum() throws {
    let score = MapScorer().score(
      Plane(width: 5, height: 1, values: [-1, -0.5, 0.2, 0.2000001, 1]),
      boxes: [try box([3, 0, 2, 1])], region: MapRegion(width: 5, height: 1))
    #expect(try score.box == box([3, 0, 2, 1]))
    #expect(score.overlap == 1)
  }

  @Test func firstOfSeveralPeaks() {
    let score = MapScorer().score(
      Plane(width: 3, height: 2, values: [0, 0, 1, 1, 0, 1]), boxes: [],
      region: MapRegion(width: 3, height: 2))
    #expect(score.peak == [2.5, 0.5])
    #expect(!score.isPointingHit)
  }

  /// TorchRay's `PointingGame(tolerance: 15)` hits if the middle of a pixel of the object is nearer
  /// than 15 pixels.
  @Test(
    arguments: [
      (0.0, [3.0, 0, 1, 1], true), (0, [4, 0, 1, 1], false), (0, [2, 0, 1, 1], false),
      (1, [4, 0, 1, 1], false), (1.001, [4, 0, 1, 1], true), (1.001, [2, 0, 1, 1], true),
      (1.4, [4, 1, 2, 2], false), (1.42, [4, 1, 2, 2], true), (15, [18, 0, 2, 2], false),
      (15, [17, 0, 2, 2], true), (0, [3.6, 0, 1, 1], false), (0, [2.6, 0, 1, 1], true),
    ] as [(Double, [Double], Bool)])
  func pointing(_ tolerance: Double, _ numbers: [Double], _ isHit: Bool) throws {
    var values = [Double](repeating: 0, count: 20 * 20)
    values[3] = 1
    let settings = LocalizationSettings(pointingTolerance: tolerance)
    let score = MapScorer(settings: settings).score(
      Plane(width: 20, height: 20, values: values), boxes: [try box(numbers)],
      region: MapRegion(width: 20, height: 20))
    #expect(score.peak == [3.5, 0.5])
    #expect(score.isPointingHit == isHit)
  }

  /// A map of the middle of a picture finds things in the picture's pixels.
  @Test func croppedPicture() throws {
    let region = MapRegion(
      croppedFromWidth: 20, height: 10, toShapeOfWidth: 224, height: 224)
    #expect(try region.bounds == box([5, 0, 10, 10]))
    #expect(region.columns == 10 && region.rows == 10)
    var values = [Double](repeating: 0, count: 100)
    for row in 2..<6 { for column in 3..<5 { values[10 * row + column] = 1 } }
    let score = MapScorer().score(
      Plane(width: 10, height: 10, values: values), boxes: [try box([8, 2, 4, 4])], region: region)
    #expect(score.peak == [8.5, 2.5] && score.isPointingHit)
    #expect(try score.box == box([8, 2, 2, 4]))
    #expect(score.overlap == 0.5 && score.isBoxRight)
    #expect(score.sweep[100] == 0.5)
  }

  @Test func croppedPictureOfAnotherShape() throws {
    let tall = MapRegion(croppedFromWidth: 9, height: 20, toShapeOfWidth: 2, height: 1)
    #expect(try tall.bounds == box([0, 7.75, 9, 4.5]))
    #expect(tall.columns == 9 && tall.rows == 5)
    let same = MapRegion(croppedFromWidth: 9, height: 6, toShapeOfWidth: 3, height: 2)
    #expect(same == MapRegion(width: 9, height: 6))
  }

  /// Two objects of one class: the box that fits best counts.
  @Test func bestOfSeveralBoxes() throws {
    let score = MapScorer().score(
      Plane(width: 4, height: 1, values: [0, 0, 1, 1]),
      boxes: [try box([0, 0, 2, 1]), try box([2, 0, 2, 1])], region: MapRegion(width: 4, height: 1))
    #expect(score.overlap == 1 && score.isPointingHit)
  }

  /// The largest component is beside the object, another one is on it.
  @Test func allComponentsCountForTheSecondVersion() throws {
    let score = MapScorer().score(
      Plane(width: 6, height: 1, values: [1, 1, 1, 0, 0, 1]), boxes: [try box([5, 0, 1, 1])],
      region: MapRegion(width: 6, height: 1))
    #expect(score.sweep[50] == 0 && score.bestSweep[50] == 1)
    #expect(score.sweep[0] == 1.0 / 6 && score.bestSweep[0] == 1.0 / 6)
  }
}
