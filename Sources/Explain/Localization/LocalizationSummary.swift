/// The figures of some outcomes.
package struct LocalizationSummary: Hashable, Sendable {
  /// The accuracy at the threshold that is best for it.
  package struct Best: Hashable, Sendable {
    package let proportion: Proportion

    /// The lowest if several are best.
    package let threshold: Double
  }

  /// The number of pairs of a picture and a class.
  package let count: Int

  /// Maps that are flat, and count as misses.
  package let flatCount: Int

  /// Maps with values that are not finite, which count as misses.
  package let nonFiniteCount: Int

  /// Maps that vary but have no positive value, so that nothing is above 20 % of the
  /// maximum.
  package let boxlessCount: Int

  /// The pointing game.
  package let pointing: Proportion

  /// Boxes at 20 % of the maximum that overlap enough, the class being known ("GT-known").
  package let box: Proportion

  /// The mean overlap of these boxes; a map without a box counts 0.
  ///
  /// Nil without outcomes.
  package let meanOverlap: Double?

  /// MaxBoxAcc: the accuracy of the box round the largest component at the best threshold.
  ///
  /// It uses the required overlap. Nil without outcomes.
  package let maxBoxAccuracy: Best?

  /// The parts of ``maxBoxAccuracyV2``: one for each overlap of
  /// ``LocalizationSettings/averagedOverlaps``, each at the threshold that is best for it.
  package let maxBoxAccuracyV2Parts: [Best]

  /// Pictures whose one class the network names; of those where that was checked.
  package let top1: Proportion

  /// Pictures whose one class the network names and whose box is right.
  package let top1Localization: Proportion

  init(of outcomes: [LocalizationOutcome], settings: LocalizationSettings) {
    let scores = outcomes.map(\.score)
    func count(_ condition: MapScore.Condition) -> Int {
      scores.count { $0.condition == condition }
    }
    self.count = scores.count
    flatCount = count(.flat)
    nonFiniteCount = count(.nonFinite)
    boxlessCount = scores.count { $0.condition == .scored && $0.box == nil }
    pointing = Proportion(successes: scores.count(where: \.isPointingHit), count: scores.count)
    box = Proportion(successes: scores.count(where: \.isBoxRight), count: scores.count)
    meanOverlap =
      scores.isEmpty ? nil : scores.reduce(0) { $0 + $1.overlap } / Double(scores.count)
    maxBoxAccuracy = Best(
      of: scores.map(\.sweep), overlap: settings.requiredOverlap, thresholds: settings.thresholds)
    maxBoxAccuracyV2Parts = LocalizationSettings.averagedOverlaps.compactMap { overlap in
      Best(of: scores.map(\.bestSweep), overlap: overlap, thresholds: settings.thresholds)
    }
    let asked = outcomes.compactMap(\.isTop1)
    top1 = Proportion(successes: asked.count { $0 }, count: asked.count)
    top1Localization = Proportion(
      successes: outcomes.compactMap(\.isTop1Localized).count { $0 }, count: asked.count)
  }

  /// MaxBoxAccV2: the mean of its parts.
  ///
  /// Nil without outcomes.
  package var maxBoxAccuracyV2: Double? {
    let shares = maxBoxAccuracyV2Parts.compactMap(\.proportion.value)
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }
}

extension LocalizationSummary.Best {
  /// Finds the best threshold for the overlaps that each map has at each; nil without maps.
  fileprivate init?(of sweeps: [[Double]], overlap: Double, thresholds: [Double]) {
    guard !sweeps.isEmpty else { return nil }
    var right = [Int](repeating: 0, count: thresholds.count)
    for sweep in sweeps {
      for (level, value) in sweep.enumerated() where value >= overlap { right[level] += 1 }
    }
    let most = right.max() ?? 0
    threshold = thresholds[right.firstIndex(of: most) ?? 0]
    proportion = Proportion(successes: most, count: sweeps.count)
  }
}
