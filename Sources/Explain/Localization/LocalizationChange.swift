/// The decisions that differ in a run with another backend, precision or machine on the same pictures.
///
/// Small errors of a kernel may move a map's values and yet leave every decision as it was; this shows
/// whether they do.
package struct LocalizationChange: Hashable, Sendable {
  /// The differences in one outcome.
  package struct Difference: Hashable, Sendable, Codable {
    package let key: LocalizationOutcome.Key

    /// Whether one run hits with the peak, and the other does not.
    package let isPointingChanged: Bool

    /// Whether one run gets the box right, and the other does not.
    package let isBoxChanged: Bool

    /// Whether a map is flat or not finite in one run only.
    package let isConditionChanged: Bool

    /// The overlap in the other run minus the overlap in the baseline.
    package let overlapChange: Double

    /// Whether one of the three changed.
    package var isDecisionChanged: Bool { isPointingChanged || isBoxChanged || isConditionChanged }

    private enum CodingKeys: String, CodingKey {
      case key
      case isPointingChanged = "pointing_changed"
      case isBoxChanged = "box_changed"
      case isConditionChanged = "condition_changed"
      case overlapChange = "iou_change"
    }
  }

  /// The number of outcomes that both runs have.
  package let compared: Int

  /// The outcomes that only one of the runs has, in order.
  package let unpaired: [LocalizationOutcome.Key]

  /// The outcomes with another decision or another overlap, in order.
  package let differences: [Difference]

  /// Compares two runs.
  package init(from baseline: LocalizationScore, to other: LocalizationScore) {
    var compared = 0
    var unpaired = other.outcomes.map(\.key).filter { baseline[$0] == nil }
    var differences: [Difference] = []
    for before in baseline.outcomes {
      guard let after = other[before.key] else {
        unpaired.append(before.key)
        continue
      }
      compared += 1
      let difference = Difference(from: before, to: after)
      if difference.isDecisionChanged || difference.overlapChange != 0 {
        differences.append(difference)
      }
    }
    self.compared = compared
    self.unpaired = unpaired.sorted()
    self.differences = differences
  }

  package var pointingChanges: Int { differences.count(where: \.isPointingChanged) }

  package var boxChanges: Int { differences.count(where: \.isBoxChanged) }

  package var conditionChanges: Int { differences.count(where: \.isConditionChanged) }

  /// The largest magnitude of a change of an overlap.
  package var largestOverlapChange: Double {
    differences.reduce(0) { max($0, $1.overlapChange.magnitude) }
  }

  /// Whether both runs decide the same on the same outcomes, of which there is at least one.
  package var isUnchanged: Bool {
    compared > 0 && unpaired.isEmpty && !differences.contains(where: \.isDecisionChanged)
  }
}

extension LocalizationChange.Difference {
  fileprivate init(from before: LocalizationOutcome, to after: LocalizationOutcome) {
    key = before.key
    isPointingChanged = before.score.isPointingHit != after.score.isPointingHit
    isBoxChanged = before.score.isBoxRight != after.score.isBoxRight
    isConditionChanged = before.score.condition != after.score.condition
    overlapChange = after.score.overlap - before.score.overlap
  }
}
