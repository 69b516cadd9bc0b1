import Files

/// What a run keeps on disk, and what it knows from the runs that it continues.
package struct RunStorage {
  /// Where the results go.
  package let kept: KeptResults<PictureRow>

  /// The rows that need not be computed again, by the pictures' paths in normal form.
  private let known: [ExactName: PictureRow]

  /// Keeps nothing.
  package init() {
    kept = KeptResults()
    known = [:]
  }

  /// Opens what a run writes to and, if it may be interrupted, its journal.
  ///
  /// - Parameters:
  ///   - maps: The file of maps, if they are kept.
  ///   - target: Where drawings go, if there are any; gets to know those of earlier runs.
  ///   - signature: What the results depend on.
  ///   - inputs: The files that are not replaced.
  ///   - keepsJournal: Whether the run can be resumed, as its results are needed one by one only.
  ///   - resuming: Whether to continue an earlier run.
  ///   - overwriting: Whether to start over although there is one.
  /// - Throws: ``MapsError``, ``JournalError`` or ``FileError`` if existing files are in the way or of
  ///   another run, or if a file that is read would be replaced.
  package init(
    maps: String?, target: DrawingTarget?, signature: RunSignature, inputs: RunInputs,
    keepsJournal: Bool, resuming: Bool, overwriting: Bool
  ) throws {
    var store: MapsStore?
    if let maps {
      try OutputFile.check(maps, overwriting: true)
      try inputs.check(maps)
      store = try MapsStore(
        path: maps, header: signature.header, resuming: resuming, overwriting: overwriting)
    }
    guard keepsJournal else {
      kept = KeptResults(store: store)
      known = [:]
      return
    }
    guard let path = Self.journalPath(target, store) else {
      kept = KeptResults(store: store)
      known = try store.map { try Self.rows(of: $0, signature) } ?? [:]
      return
    }
    try inputs.check(path)
    let journal = try ResultJournal<PictureRow>(
      path: path, settings: signature.settings(keepsMaps: maps != nil), resuming: resuming,
      overwriting: overwriting)
    target?.adopt(journal.drawings, isResumed: resuming)
    kept = KeptResults(store: store, journal: journal)
    try kept.reconcile()
    journal.forget(
      journal.rows.values.filter { $0.output.map(OutputFile.exists) == false }.map(\.image))
    var known: [ExactName: PictureRow] = [:]
    for (path, row) in journal.rows { known[FileName.normal(path.text)] = row }
    self.known = known
  }

  /// The place of the journal: with the drawings, or else with the parts of the maps, unless these are
  /// complete.
  private static func journalPath(_ target: DrawingTarget?, _ store: MapsStore?) -> String? {
    if let folder = target?.folder { return FileName.join(folder, "results.jsonl") }
    return store.flatMap { $0.isComplete ? nil : $0.journalPath }
  }

  /// The rows of the pictures in a complete file of maps.
  ///
  /// - Throws: ``MapsError`` if it cannot be read or other maps were requested.
  private static func rows(
    of store: MapsStore, _ signature: RunSignature
  ) throws(MapsError) -> [ExactName: PictureRow] {
    guard store.format == .hdf5 else { return [:] }
    let classes = signature.classes
    let file = try MapsFile(path: store.path)
    var rows: [ExactName: PictureRow] = [:]
    for index in 0..<file.count {
      let maps = try file.picture(index)
      let mapped = Set(maps.entries.map(\.classIndex))
      guard maps.top.count == classes.topCount, mapped == Set(maps.top + classes.named),
        maps.entries.allSatisfy({ ($0.upsampled != nil) == signature.keepsUpsampled })
      else {
        throw MapsError(
          .unsuitable, path: store.path,
          "is complete, with maps of other classes or sizes; name another file, or start "
            + "over with --force")
      }
      rows[FileName.normal(maps.source)] = PictureRow(maps, output: nil)
    }
    return rows
  }

  /// The row of a picture that has been done before; nil if it is still to be done.
  package func row(of name: PictureName) -> PictureRow? {
    var row = known[FileName.normal(name.path)]
    row?.image = name.path
    return row
  }

  /// Whether there is nothing to do: an array is complete, which names no pictures but holds as many as
  /// requested.
  ///
  /// - Parameters:
  ///   - names: The pictures; all are read if there is such an array.
  ///   - classes: The classes of each.
  /// - Returns: Whether it is; false where something else says what is done.
  /// - Throws: ``MapsError`` if the array holds another number, ``FileError`` if it cannot be read.
  package func isDone(_ names: inout PictureNames, _ classes: MappedClasses) throws -> Bool {
    guard let store = kept.store, store.isComplete, store.format == .numPy, kept.journal == nil
    else { return false }
    names.readAll()
    let least = max(classes.topCount, classes.named.count)
    let most = classes.topCount + classes.named.count
    guard let shape = try NumPyHeader.shape(of: store.path), shape[0] == names.count,
      (least...most).contains(shape[1])
    else {
      throw MapsError(
        .unsuitable, path: store.path,
        "exists and does not hold as many maps as were requested; --force starts over")
    }
    return true
  }
}
