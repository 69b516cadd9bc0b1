/// Which classes of each picture are mapped.
package struct MappedClasses: Sendable {
  /// The number of most likely ones.
  package let topCount: Int

  /// And these, each once.
  package let named: [Int]
  package let labels: Labels

  /// Looks up the requested classes.
  ///
  /// - Parameters:
  ///   - top: The requested number.
  ///   - names: The indices, identifiers or names that were requested.
  ///   - labels: The names of the classes.
  ///   - classCount: The number of classes of the network.
  ///   - mapsBoxes: Whether the classes of boxes are mapped anyway.
  /// - Throws: ``LabelsError`` if there is no such class.
  package init(top: Int?, names: [String], labels: Labels, classCount: Int, mapsBoxes: Bool)
    throws(LabelsError)
  {
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
