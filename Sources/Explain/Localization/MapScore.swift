/// How well one map finds the objects of its class in one picture.
///
/// A map that is flat or not finite carries no information, so it misses by every measure.
package struct MapScore: Hashable, Sendable, Encodable {
  /// Whether the map can be scored.
  package enum Condition: String, Hashable, Sendable, Codable, CaseIterable {
    case scored
    /// All values are equal.
    case flat
    /// A value is NaN or infinite, or their range is.
    case nonFinite = "non_finite"
  }

  package let condition: Condition

  /// The middle of the pixel where the map is largest, as x and y in the picture.
  ///
  /// Of several such pixels it is the first, row by row. Nil if the map cannot be scored.
  package let peak: [Double]?

  /// Whether the peak is in a box.
  package let isPointingHit: Bool

  /// The box round the largest component above the share of the maximum.
  ///
  /// Nil if the map cannot be scored, or if it has no positive value.
  package let box: BoundingBox?

  /// The intersection over union of ``box`` with the box of the class that fits it best.
  package let overlap: Double

  /// Whether ``overlap`` is enough.
  package let isBoxRight: Bool

  /// For each threshold of MaxBoxAcc, the overlap of the box round the largest component.
  package let sweep: [Double]

  /// For each threshold, the best overlap of the boxes round all components.
  package let bestSweep: [Double]

  /// A map that cannot be scored.
  init(_ condition: Condition, settings: LocalizationSettings) {
    self.init(
      condition: condition, peak: nil, isPointingHit: false, box: nil, overlap: 0,
      isBoxRight: false, sweep: [Double](repeating: 0, count: settings.thresholdSteps + 1),
      bestSweep: [Double](repeating: 0, count: settings.thresholdSteps + 1))
  }

  init(
    condition: Condition, peak: [Double]?, isPointingHit: Bool, box: BoundingBox?, overlap: Double,
    isBoxRight: Bool, sweep: [Double], bestSweep: [Double]
  ) {
    self.condition = condition
    self.peak = peak
    self.isPointingHit = isPointingHit
    self.box = box
    self.overlap = overlap
    self.isBoxRight = isBoxRight
    self.sweep = sweep
    self.bestSweep = bestSweep
  }

  private enum CodingKeys: String, CodingKey {
    case condition, peak, box
    case isPointingHit = "pointing_hit"
    case isBoxRight = "box_right"
    case overlap = "iou"
    case sweep = "iou_sweep"
    case bestSweep = "best_iou_sweep"
  }
}
