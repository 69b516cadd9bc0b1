/// The figures of a ``LocalizationChange``, to be printed or written as JSON.
package struct LocalizationChangeRow: Hashable, Sendable, Codable {
  /// The name of what is compared with the baseline, such as a backend.
  package let name: String
  package let compared: Int
  package let unpaired: Int
  package let pointingChanges: Int
  package let boxChanges: Int
  package let conditionChanges: Int
  package let largestOverlapChange: Double
  package let isUnchanged: Bool

  package init(name: String, change: LocalizationChange) {
    self.name = name
    compared = change.compared
    unpaired = change.unpaired.count
    pointingChanges = change.pointingChanges
    boxChanges = change.boxChanges
    conditionChanges = change.conditionChanges
    largestOverlapChange = change.largestOverlapChange
    isUnchanged = change.isUnchanged
  }

  private enum CodingKeys: String, CodingKey {
    case name, compared, unpaired
    case pointingChanges = "pointing_changes"
    case boxChanges = "box_changes"
    case conditionChanges = "condition_changes"
    case largestOverlapChange = "largest_iou_change"
    case isUnchanged = "unchanged"
  }
}
