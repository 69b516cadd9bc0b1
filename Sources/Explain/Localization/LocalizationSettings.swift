/// How maps are compared with boxes.
///
/// The defaults are the protocols as published, and strict.
package struct LocalizationSettings: Hashable, Sendable, Codable {
  /// Which pixels touch.
  package enum Connectivity: Int, Hashable, Sendable, Codable, CaseIterable {
    /// Those that share an edge.
    case four = 4
    /// Those that share an edge or a corner, as in OpenCV's `findContours`, which the published
    /// evaluations use.
    case eight = 8
  }

  package var connectivity: Connectivity

  /// How many pixels outside a box the map may point.
  ///
  /// Excitation Backprop allows 15; 0 is strict.
  package var pointingTolerance: Double

  /// The share of the map's maximum above which a pixel belongs to the object.
  package var maximumShare: Double

  /// The intersection over union from which a box counts as right.
  package var requiredOverlap: Double

  /// The number of intervals between the thresholds 0 and 1 of MaxBoxAcc.
  package var thresholdSteps: Int

  /// - Precondition: The shares are in [0, 1], the tolerance is finite and not negative, and there
  ///   are 1 to 10,000 steps.
  package init(
    connectivity: Connectivity = .eight, pointingTolerance: Double = 0, maximumShare: Double = 0.2,
    requiredOverlap: Double = 0.5, thresholdSteps: Int = 100
  ) {
    precondition((0...1).contains(maximumShare) && (0...1).contains(requiredOverlap))
    precondition(pointingTolerance >= 0 && pointingTolerance.isFinite)
    precondition((1...10_000).contains(thresholdSteps))
    self.connectivity = connectivity
    self.pointingTolerance = pointingTolerance
    self.maximumShare = maximumShare
    self.requiredOverlap = requiredOverlap
    self.thresholdSteps = thresholdSteps
  }

  /// The overlaps over which MaxBoxAccV2 averages.
  package static let averagedOverlaps = [0.3, 0.5, 0.7]

  /// The thresholds of MaxBoxAcc: 0, 0.01, … 1 by default.
  package var thresholds: [Double] {
    (0...thresholdSteps).map { Double($0) / Double(thresholdSteps) }
  }
}
