import Explain
import Net

/// Which classes of each picture are mapped.
struct CamClasses: Sendable {
  /// The most likely ones, so many.
  let topCount: Int

  /// And these.
  let named: [Int]
  let labels: Labels

  /// - Parameters:
  ///   - top: The number that was asked for.
  ///   - names: The indices, identifiers or names that were asked for.
  ///   - labels: The names of the classes.
  ///   - classCount: The number of classes of the network.
  ///   - mapsBoxes: Whether the classes of boxes are mapped anyway.
  /// - Throws: ``UsageError`` if there is no such class.
  init(top: Int?, names: [String], labels: Labels, classCount: Int, mapsBoxes: Bool) throws {
    topCount = min(top ?? (names.isEmpty && !mapsBoxes ? 1 : 0), classCount)
    var named: [Int] = []
    for name in names {
      let index = try labels.index(of: name, classCount: classCount)
      if !named.contains(index) { named.append(index) }
    }
    self.named = named
    self.labels = labels
  }
}
