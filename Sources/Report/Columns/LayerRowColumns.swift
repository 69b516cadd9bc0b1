import Verify

extension LayerRow {
  /// The columns that a table has before the distances of ``LayerEntry``, where both feeds share a row.
  static let columns: [Column<LayerRow>] = [
    .told("layer", \.layer, "the step", shown: Shown("layer", .name)),
    caseColumn, executedColumn,
    .told("verdict", \.verdict, "the worse of both feeds", shown: Shown("verdict", .verdict)),
    isolatedColumn, networkColumn, growthColumn,
  ]

  static let caseColumn = Column<LayerRow>.told(
    "case", \.label, "the case of the golden", shown: Shown("case", .name))

  static let executedColumn = Column<LayerRow>.told(
    "executed", \.executed, "the backend that ran", shown: Shown("ran on", .name))

  static let isolatedColumn = Column<LayerRow>.told(
    "isolated", { $0.errorOverBound(.isolated) },
    "error/bound of the isolated feed: given the golden's values", better: .lower,
    shown: Shown("iso", .ratio, isExplained: true))

  static let networkColumn = Column<LayerRow>.told(
    "network", { $0.errorOverBound(.network) },
    "error/bound of the network feed: given what the steps before have computed", better: .lower,
    shown: Shown("net", .ratio, isExplained: true))

  static let growthColumn = Column<LayerRow>.told(
    "growth", \.growth, "rel. L2 of the network feed over that of the isolated one",
    better: .lower, shown: Shown("growth", .ratio, isOptional: true, isExplained: true))

  /// The feed whose error a column shows; nil if it shows something else.
  func feed(of column: String) -> LayerResult? {
    switch column {
    case Self.isolatedColumn.name: isolated
    case Self.networkColumn.name: network
    default: nil
    }
  }

  /// Nil if the layer was not run with any feed.
  private func errorOverBound(_ feed: LayerResult.Feed) -> Double? {
    guard feeds.contains(where: \.wasRun) else { return nil }
    let result = feed == .isolated ? isolated : network
    return result?.deviation.errorOverBound
  }
}
