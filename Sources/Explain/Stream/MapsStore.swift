package import Files
import Glibc

/// A file of maps that grows over a long run and survives its interruption.
///
/// HDF5 files do not survive being cut off in the middle of a write, so the maps are kept in parts of
/// some pictures each, in the folder `FILE.parts`; each part appears when it is complete. In the end
/// they become one file, and the folder is removed.
package final class MapsStore {
  package let path: String

  /// Whether the file already exists, made by the run to be resumed: nothing is added.
  package let isComplete: Bool

  package let format: MapsFormat

  private let header: MapsHeader
  private let folder: String
  private let isReplacing: Bool

  /// The parts that are complete, in order.
  private var parts: [String] = []

  private var writer: HDF5MapsWriter?
  private var countInPart = 0

  /// The pictures in a complete file, by their paths; nil if it does not have them.
  private var completeSources: Set<ExactName>?

  /// The pictures of a part: each holds its maps in memory until it is complete.
  private static let partSize = 64

  /// Whether a part should be completed before the next picture.
  package var isFull: Bool { countInPart >= Self.partSize }

  /// Where a journal of the run can be if it has no other place.
  package var journalPath: String { Self.journalPath(in: folder) }

  private static func journalPath(in folder: String) -> String { "\(folder)/results.jsonl" }

  /// - Parameters:
  ///   - path: The final file: `.h5` or `.npy`.
  ///   - header: Where the maps come from.
  ///   - resuming: Whether to continue existing parts, or add nothing if the file itself exists.
  ///   - overwriting: Whether to replace a file or existing parts.
  /// - Throws: ``MapsError`` if the name has another ending, or if existing files are in the way.
  package init(path: String, header: MapsHeader, resuming: Bool, overwriting: Bool)
    throws(MapsError)
  {
    guard let format = MapsFormat(path: path) else {
      throw MapsError(.unwritable, path: path, "maps are written as .h5 or .npy; name such a file")
    }
    self.path = path
    self.header = header
    self.format = format
    folder = "\(path).parts"
    isReplacing = overwriting
    let isDone = unsafe access(path.systemPath, F_OK) == 0
    if isDone, !overwriting, !resuming {
      throw MapsError(.unwritable, path: path, "exists; use --force to replace it")
    }
    isComplete = isDone && !overwriting
    if isComplete {
      if format == .hdf5 { completeSources = try Self.sources(of: path, header) }
      try removeRest()
      return
    }
    var old = try Self.parts(in: folder)
    if !resuming {
      guard old.isEmpty || overwriting else {
        throw MapsError(
          .unwritable, path: folder,
          "holds maps of an earlier run; --resume continues it, --force starts over")
      }
      for part in old { _ = unsafe unlink(part.systemPath) }
      old = []
    }
    try removeAbandoned()
    if unsafe mkdir(folder.systemPath, 0o777) != 0, errno != EEXIST {
      throw MapsError(.unwritable, path: folder, FileError.text(of: errno))
    }
    parts = old
  }

  /// The pictures whose maps are kept, by their paths; nil if that is not known.
  ///
  /// - Throws: ``MapsError`` if a part cannot be read or belongs to another run.
  package func sources() throws(MapsError) -> Set<ExactName>? {
    if isComplete { return completeSources }
    var sources: Set<ExactName> = []
    for part in parts { sources.formUnion(try Self.sources(of: part, header)) }
    return sources
  }

  /// Drops the parts that hold a picture for which a predicate is false.
  ///
  /// A run that was cut off between a part and the journal has one such part.
  ///
  /// - Throws: ``MapsError`` if a part cannot be read or belongs to another run.
  package func keepParts(where isKnown: (ExactName) -> Bool) throws(MapsError) {
    var kept: [String] = []
    for part in parts {
      if try Self.sources(of: part, header).allSatisfy(isKnown) {
        kept.append(part)
      } else {
        _ = unsafe unlink(part.systemPath)
      }
    }
    parts = kept
  }

  /// The pictures of a file of this run.
  private static func sources(
    of path: String, _ header: MapsHeader
  ) throws(MapsError) -> Set<ExactName> {
    let file = try MapsFile(path: path)
    if let what = file.header.disagreement(with: header) {
      throw MapsError(
        .mismatch, path: path,
        "is of another run: its \(what) differs; --force starts over")
    }
    var sources: Set<ExactName> = []
    for index in 0..<file.count { sources.insert(try file.source(ofPicture: index)) }
    return sources
  }

  /// Whether a picture's maps need not be added, as the complete file has them.
  package func holds(_ source: String) -> Bool {
    isComplete && completeSources?.contains(source) == true
  }

  /// Adds the maps of a picture; they are on disk after ``completePart()``.
  ///
  /// - Throws: ``MapsError`` if the file is complete and without them, or if they cannot be stored.
  package func append(_ picture: PictureMaps) throws(MapsError) {
    if isComplete {
      guard holds(picture.source) else { throw missing(picture.source) }
      return
    }
    if writer == nil { writer = try HDF5MapsWriter(path: nextPart, header: header) }
    try writer?.append(picture)
    countInPart += 1
  }

  /// The error for a picture that the complete file does not have.
  package func missing(_ source: String) -> MapsError {
    MapsError(
      .unsuitable, path: path,
      "is complete without \(source); name another file, or start over with --force")
  }

  private var nextPart: String {
    let last = parts.last.flatMap { Int($0.dropLast(3).suffix(6)) } ?? 0
    let digits = String(last + 1)
    return "\(folder)/\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).h5"
  }

  /// Writes what was added to disk.
  package func completePart() throws(MapsError) {
    guard let writer else { return }
    let part = nextPart
    try writer.finish()
    parts.append(part)
    self.writer = nil
    countInPart = 0
  }

  /// Makes the file from the parts and removes them, and whatever is next to them.
  ///
  /// - Throws: ``MapsError`` if there is no picture, if their maps do not fit into one array, or if the
  ///   disk is full or fails; the parts are then still there.
  package func finish() throws(MapsError) {
    guard !isComplete else { return }
    try completePart()
    guard !parts.isEmpty else {
      removeIfEmpty()
      return
    }
    // Until complete it is among the parts, where the next run looks for leftovers.
    let writer = try format.writer(
      path: path, header: header, in: isBesideFile ? folder : nil, replacing: isReplacing)
    for part in parts {
      let file = try MapsFile(path: part)
      if let what = file.header.disagreement(with: header) {
        throw MapsError(.mismatch, path: part, "does not belong to \(path): its \(what) differs")
      }
      for index in 0..<file.count { try writer.append(file.picture(index)) }
    }
    try writer.finish()
    // A journal without a run would look like one that has started over.
    _ = unsafe unlink(journalPath.systemPath)
    for part in parts { _ = unsafe unlink(part.systemPath) }
    _ = unsafe rmdir(folder.systemPath)
  }

  /// Whether the parts are in the file's own file system, as they are unless they have been moved.
  private var isBesideFile: Bool {
    FileIdentity(folder)?.device == FileIdentity(FileName.parent(of: path))?.device
  }

  /// Removes the folder of parts, and a journal in it, unless there is a part.
  package func removeIfEmpty() {
    guard parts.isEmpty, !isComplete else { return }
    writer = nil
    _ = unsafe unlink(journalPath.systemPath)
    _ = unsafe rmdir(folder.systemPath)
  }

  /// Removes the leftovers of a run that was killed after it had made the file.
  ///
  /// - Throws: ``MapsError`` if it may be a separate run that was started over.
  private func removeRest() throws(MapsError) {
    guard unsafe access(folder.systemPath, F_OK) == 0 else { return }
    let parts = try Self.parts(in: folder)
    guard unsafe access(journalPath.systemPath, F_OK) != 0, try areIncluded(parts) else {
      throw MapsError(
        .unwritable, path: path,
        "exists, and \(folder) holds a run that was started over; move the file away to continue "
          + "that, or use --force instead of --resume")
    }
    try removeAbandoned()
    for part in parts { _ = unsafe unlink(part.systemPath) }
    _ = unsafe rmdir(folder.systemPath)
  }

  /// Whether the complete file holds all that parts do, number by number.
  private func areIncluded(_ parts: [String]) throws(MapsError) -> Bool {
    guard !parts.isEmpty else { return true }
    guard format == .hdf5 else { return false }
    let whole = try MapsFile(path: path)
    var places: [ExactName: Int] = [:]
    for index in 0..<whole.count { places[try whole.source(ofPicture: index)] = index }
    for part in parts {
      let file = try MapsFile(path: part)
      for index in 0..<file.count {
        guard let place = places[try file.source(ofPicture: index)],
          try whole.picture(place) == file.picture(index)
        else { return false }
      }
    }
    return true
  }

  /// Removes what a killed run was writing.
  ///
  /// Only this run writes here; two at a time would spoil each other's parts in any case.
  private func removeAbandoned() throws(MapsError) {
    for name in try Self.names(in: folder) where Self.isAbandoned(name) {
      _ = unsafe unlink("\(folder)/\(name)".systemPath)
    }
  }

  /// The complete parts in a folder, in order; none if there is no folder.
  private static func parts(in folder: String) throws(MapsError) -> [String] {
    try names(in: folder).filter(isPart).sorted().map { "\(folder)/\($0)" }
  }

  private static func isPart(_ name: String) -> Bool {
    name.hasSuffix(".h5") && Int(name.dropLast(3)) != nil
  }

  /// Whether a file is one that a run was writing when it was killed.
  private static func isAbandoned(_ name: String) -> Bool {
    guard let dot = name.firstIndex(of: "."), Int(name[..<dot]) != nil else { return false }
    return name[dot...].hasPrefix(".h5.") && name.hasSuffix(PendingFile.suffix)
  }

  /// The names of all files in a folder; none if there is no folder.
  private static func names(in folder: String) throws(MapsError) -> [String] {
    guard unsafe access(folder.systemPath, F_OK) == 0 else { return [] }
    do {
      return try FileName.names(in: folder)
    } catch {
      throw MapsError(.unwritable, path: folder, error.cause)
    }
  }
}
