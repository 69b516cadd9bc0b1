import Files

/// The results that a run keeps on disk for the next one: its maps, and a journal of what is done.
///
/// A row is written to the journal only after the maps of its picture are on disk, and rows are written
/// several at a time, as each write waits for the disk. A run that is killed loses at most the pictures
/// since the last write, and never has a row without its maps.
package final class KeptResults<Row: Codable & Sendable> {
  /// Where maps go, if they are kept.
  package let store: MapsStore?

  /// Where rows are written, if the run can be resumed.
  package let journal: ResultJournal<Row>?

  private var unwritten: [(image: String, row: Row)] = []

  /// Pictures between two writes to the journal, if no maps are kept.
  private static var stride: Int { 16 }

  /// Keeps maps, rows, both or nothing.
  package init(store: MapsStore? = nil, journal: ResultJournal<Row>? = nil) {
    self.store = store
    self.journal = journal
  }

  /// Drops what is in only one of maps and journal: either may be ahead of the other if a run was
  /// killed between the two.
  ///
  /// - Throws: ``MapsError`` if maps cannot be read or belong to another run.
  package func reconcile() throws(MapsError) {
    guard let store, let journal else { return }
    try store.keepParts { journal.rows[$0] != nil }
    if let kept = try store.sources() {
      journal.forget(journal.rows.keys.filter { !kept.contains($0) }.map(\.text))
    }
  }

  /// Refuses a picture whose maps cannot be stored, before they are made.
  ///
  /// - Throws: ``MapsError`` if the file of maps is complete without the picture.
  package func admit(_ name: PictureName) throws(MapsError) {
    if let store, store.isComplete, !store.holds(name.path) { throw store.missing(name.path) }
  }

  /// The sink that keeps the results of a run; comes after all sinks whose work a row refers to.
  ///
  /// - Returns: A sink that throws ``MapsError`` or ``JournalError`` if something cannot be written.
  package func sink<Drawing>() -> ResultSink<Row, Drawing> {
    ResultSink(
      take: { try self.keep($0.maps, $0.row, of: $0.name.path) }, settle: { try self.note() })
  }

  /// Keeps the result of a picture; it is on disk after ``note()``, which this calls regularly.
  ///
  /// - Parameters:
  ///   - maps: Its maps.
  ///   - row: Its row.
  ///   - image: Its path.
  /// - Throws: ``MapsError`` or ``JournalError`` if something cannot be written.
  func keep(_ maps: PictureMaps, _ row: Row, of image: String) throws {
    try store?.append(maps)
    if journal != nil {
      unwritten.append((image, row))
      let isDue = store?.isFull ?? (unwritten.count >= Self.stride)
      if isDue { try note() }
    } else if store?.isFull == true {
      try store?.completePart()
    }
  }

  /// Writes maps to disk, and then the rows that refer to them.
  ///
  /// - Throws: ``MapsError`` or ``JournalError`` if something cannot be written; after the first no row has
  ///   been written.
  func note() throws {
    try store?.completePart()
    guard let journal else { return }
    for (image, row) in unwritten { try journal.append(image, row) }
    try journal.flush()
    unwritten = []
  }
}
