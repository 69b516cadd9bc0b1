/// The figures of a ``LocalizationChange``, to be printed or written as JSON.
public struct LocalizationChangeRow: Hashable, Sendable, Codable {
  /// What is compared with the baseline, such as a backend.
  public let name: String
  public let compared: Int
  public let unpaired: Int
  public let pointingChanges: Int
  public let boxChanges: Int
  public let conditionChanges: Int
  public let largestOverlapChange: Double
  public let isUnchanged: Bool

  public init(name: String, change: LocalizationChange) {
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
