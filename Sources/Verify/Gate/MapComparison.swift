import Net

/// Whether a backend explains a picture as the golden does.
public struct MapComparison: Sendable {
  public package(set) var caseName: String
  public package(set) var backend: String
  public package(set) var classIndex: Int
  public package(set) var label: String?

  /// `‖map − golden‖₂ / ‖golden‖₂`.
  public package(set) var relativeL2: Double

  /// How far the peak has moved, in cells: the larger of the row's and the column's shift.
  ///
  /// It is nil if a map has no peak.
  public package(set) var peakShift: Int?

  /// Intersection over union of the places at or above half of each map's maximum.
  public package(set) var intersectionOverUnion: Double

  /// `|mean(map) + bias − logit|`, relative to the largest |logit|.
  public package(set) var identityError: Double

  /// The largest ratio of an element's error to its likely bound, and to its worst-case bound, given the
  /// errors that the last features inherited; the identity's error counts as one of them.
  ///
  /// Nil if there is no bound: if a step before the features was not judged with the network feed or
  /// failed, or the input is not the golden's own, what has been inherited is not rounding. Like a layer's
  /// with the network feed, they distinguish a wrong end of the network from one with inherited errors.
  public package(set) var errorOverBound: Double?
  public package(set) var errorOverWorst: Double?

  /// Up to here a map counts as the same.
  ///
  /// This is about meaning, not rounding, so it is tied to what can be seen: a colour of the drawn map
  /// spans 1/256 of its range, and an error of 10⁻⁴ moves about one place in forty across the border
  /// of a colour.
  public static let sameRelativeL2 = 1e-4

  /// Up to here a map has the same meaning.
  ///
  /// It is the width of one colour.
  public static let similarRelativeL2 = 1.0 / 256

  /// How far the identity may be off where nothing is derived: it holds in theory for every network with
  /// such a head.
  public static let identityTolerance = 1e-4

  /// Whether derived bounds decided, instead of the map's meaning.
  public var hasBound: Bool { errorOverBound != nil && errorOverWorst != nil }

  /// The verdict by the bounds or, where there are none, by the map's meaning.
  ///
  /// Right kernels take the maps of a deep network with random weights further than any fixed distance,
  /// so the distance decides only where nothing better is known.
  public var verdict: Verdict {
    guard let errorOverBound, let errorOverWorst else { return meaning }
    guard peakShift != nil, relativeL2.isFinite, identityError.isFinite else { return .fail }
    return Verdict(errorOverBound: errorOverBound, errorOverWorst: errorOverWorst)
  }

  /// What the change means for the picture, whatever has caused it: PASS for the same map, MARGINAL for
  /// one that means the same, FAIL for another.
  public var meaning: Verdict {
    guard identityError <= Self.identityTolerance, let peakShift else { return .fail }
    if relativeL2 <= Self.sameRelativeL2, peakShift == 0, intersectionOverUnion >= 0.99 {
      return .pass
    }
    if relativeL2 <= Self.similarRelativeL2, peakShift <= 1, intersectionOverUnion >= 0.9 {
      return .marginal
    }
    return .fail
  }

  /// Creates a comparison from saved numbers.
  ///
  /// - Parameters:
  ///   - caseName: The case of the golden.
  ///   - backend: The backend that drew the map.
  ///   - classIndex: The class.
  ///   - label: The name of the class, if the golden has it.
  ///   - relativeL2: ``relativeL2``.
  ///   - peakShift: ``peakShift``.
  ///   - intersectionOverUnion: ``intersectionOverUnion``.
  ///   - identityError: ``identityError``.
  ///   - errorOverBound: ``errorOverBound``.
  ///   - errorOverWorst: ``errorOverWorst``.
  public init(
    caseName: String, backend: String, classIndex: Int, label: String?, relativeL2: Double,
    peakShift: Int?, intersectionOverUnion: Double, identityError: Double,
    errorOverBound: Double? = nil, errorOverWorst: Double? = nil
  ) {
    self.caseName = caseName
    self.backend = backend
    self.classIndex = classIndex
    self.label = label
    self.relativeL2 = relativeL2
    self.peakShift = peakShift
    self.intersectionOverUnion = intersectionOverUnion
    self.identityError = identityError
    self.errorOverBound = errorOverBound
    self.errorOverWorst = errorOverWorst
  }

  init(
    caseName: String, backend: String, map: ClassActivationMap, golden: StoredMap, bias: Double,
    logit: Double, largestLogit: Double, ratios: (overLikely: Double, overWorst: Double)? = nil
  ) {
    self.caseName = caseName
    self.backend = backend
    classIndex = golden.classIndex
    label = golden.label
    let expected = ClassActivationMap(
      classIndex: golden.classIndex, height: golden.height, width: golden.width,
      values: golden.values.map(Double.init))
    relativeL2 = map.relativeL2(from: expected)
    peakShift = map.peak.flatMap { a in
      expected.peak.map { b in max(abs(a.row - b.row), abs(a.column - b.column)) }
    }
    intersectionOverUnion = map.halfMaximumOverlap(with: expected)
    identityError = (map.mean + bias - logit).magnitude / max(largestLogit, .leastNormalMagnitude)
    errorOverBound = ratios?.overLikely
    errorOverWorst = ratios?.overWorst
  }
}

extension ClassActivationMap {
  func relativeL2(from expected: ClassActivationMap) -> Double {
    var error = 0.0
    var norm = 0.0
    for (a, b) in zip(values, expected.values) {
      error += (a - b) * (a - b)
      norm += b * b
    }
    return norm > 0 ? (error / norm).squareRoot() : error.squareRoot()
  }

  /// Intersection over union of the places at or above half of the maximum; 1 if both are empty.
  func halfMaximumOverlap(with other: ClassActivationMap) -> Double {
    func region(_ map: ClassActivationMap) -> [Bool] {
      let half = (map.values.max() ?? 0) / 2
      return map.values.map { $0 >= half }
    }
    let pairs = zip(region(self), region(other))
    let union = pairs.count { $0 || $1 }
    return union == 0 ? 1 : Double(pairs.count { $0 && $1 }) / Double(union)
  }
}
