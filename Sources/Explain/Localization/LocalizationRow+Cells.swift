extension LocalizationRow {
  /// The titles of ``cells``; all columns but the first hold numbers.
  public static let titles = [
    "class", "maps", "pointing", "95 %", "box", "95 %", "mean IoU", "MaxBoxAcc", "at", "V2",
    "top-1", "top-1 loc.", "no map",
  ]

  /// The row as text: shares in percent with one digit behind the point.
  ///
  /// `no map` counts the maps that
  /// are flat or not finite.
  public var cells: [String] {
    [
      name, "\(count)", Self.percent(pointing), Self.percents(pointingInterval),
      Self.percent(boxAccuracy), Self.percents(boxAccuracyInterval), Self.percent(meanOverlap),
      Self.percent(maxBoxAccuracy), Self.percent(bestThreshold), Self.percent(maxBoxAccuracyV2),
      Self.percent(top1), Self.percent(top1Localization), "\(flat + nonFinite)",
    ]
  }

  private static func percents(_ interval: [Double]?) -> String {
    guard let interval, interval.count == 2 else { return "–" }
    return percent(interval[0]) + "–" + percent(interval[1])
  }

  private static func percent(_ share: Double?) -> String {
    guard let share, let tenths = Int(exactly: (share * 1000).rounded()) else { return "–" }
    return "\(tenths / 10).\(tenths % 10)"
  }
}
