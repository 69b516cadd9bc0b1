/// The figures of one class, or of all, ready to be printed or written as JSON.
///
/// Shares are in [0, 1]. A figure that does not exist is nil: absent in JSON, `–` in a cell.
package struct LocalizationRow: Hashable, Sendable, Codable {
  /// The class's name; `all` for the sum.
  package let name: String

  /// Nil for the sum.
  package let classIndex: Int?
  package let count: Int
  package let flat: Int
  package let nonFinite: Int
  package let boxless: Int
  package let pointing: Double?

  /// ``LocalizationScore/classMeanPointing``, for the sum only.
  package let classMeanPointing: Double?

  /// Lower and upper end of the 95 % interval of ``pointing``.
  package let pointingInterval: [Double]?
  package let boxAccuracy: Double?

  /// Lower and upper end of the 95 % interval of ``boxAccuracy``.
  package let boxAccuracyInterval: [Double]?
  package let meanOverlap: Double?
  package let maxBoxAccuracy: Double?

  /// Where ``maxBoxAccuracy`` is reached.
  package let bestThreshold: Double?
  package let maxBoxAccuracyV2: Double?
  package let top1: Double?
  package let top1Localization: Double?

  package init(
    name: String, classIndex: Int?, summary: LocalizationSummary, classMeanPointing: Double? = nil
  ) {
    self.name = name
    self.classIndex = classIndex
    count = summary.count
    flat = summary.flatCount
    nonFinite = summary.nonFiniteCount
    boxless = summary.boxlessCount
    pointing = summary.pointing.value
    self.classMeanPointing = classMeanPointing
    pointingInterval = summary.pointing.interval.map { [$0.lowerBound, $0.upperBound] }
    boxAccuracy = summary.box.value
    boxAccuracyInterval = summary.box.interval.map { [$0.lowerBound, $0.upperBound] }
    meanOverlap = summary.meanOverlap
    maxBoxAccuracy = summary.maxBoxAccuracy?.proportion.value
    bestThreshold = summary.maxBoxAccuracy?.threshold
    maxBoxAccuracyV2 = summary.maxBoxAccuracyV2
    top1 = summary.top1.value
    top1Localization = summary.top1Localization.value
  }

  private enum CodingKeys: String, CodingKey {
    case name, count, flat, boxless, pointing, top1
    case classIndex = "class"
    case nonFinite = "non_finite"
    case classMeanPointing = "class_mean_pointing"
    case pointingInterval = "pointing_interval"
    case boxAccuracy = "box_accuracy"
    case boxAccuracyInterval = "box_accuracy_interval"
    case meanOverlap = "mean_iou"
    case maxBoxAccuracy = "max_box_acc"
    case bestThreshold = "best_threshold"
    case maxBoxAccuracyV2 = "max_box_acc_v2"
    case top1Localization = "top1_localization"
  }
}

extension LocalizationScore {
  /// One row per class, ordered by class, and one for all of them at the end.
  ///
  /// - Parameter name: What to call a class.
  /// - Returns: One row more than there are classes.
  package func rows(name: (_ classIndex: Int) -> String) -> [LocalizationRow] {
    perClass.map {
      LocalizationRow(name: name($0.classIndex), classIndex: $0.classIndex, summary: $0.summary)
    } + [
      LocalizationRow(
        name: "all", classIndex: nil, summary: overall, classMeanPointing: classMeanPointing)
    ]
  }
}
