import Glibc

/// A file of maps that grows over a long run and survives its interruption.
///
/// HDF5 files do not survive being cut off in the middle of a write, so the maps are kept in parts of
/// some pictures each, in the folder `FILE.parts`; each part appears when it is complete. In the end
/// they become one file, and the folder goes.
public final class MapsStore {
  public let path: String
  private let header: MapsHeader
  private let format: MapsFormat
  private let folder: String

  /// The parts that are complete, in order.
  private var parts: [String] = []

  private var writer: HDF5MapsWriter?
  private var countInPart = 0

  /// The pictures of a part: each holds its maps in memory until it is complete.
  private static let partSize = 64

  /// Whether a part should be completed before the next picture.
  public var isFull: Bool { countInPart >= Self.partSize }

  /// Where a journal of the run can lie if it has no other place.
  public var journalPath: String { "\(folder)/results.jsonl" }

  /// - Parameters:
  ///   - path: The file in the end: `.h5` or `.npy`.
  ///   - header: Where the maps come from.
  ///   - resuming: Whether to go on with parts that are there.
  ///   - overwriting: Whether to replace a file or parts that are there.
  /// - Throws: ``MapsError`` if the name has another ending, or if what is there is in the way.
  public init(path: String, header: MapsHeader, resuming: Bool, overwriting: Bool) throws(MapsError)
  {
    guard let format = MapsFormat(path: path) else {
      throw MapsError(.unwritable, path: path, "maps are written as .h5 or .npy; name such a file")
    }
    self.path = path
    self.header = header
    self.format = format
    folder = "\(path).parts"
    let isDone = unsafe access(path, F_OK) == 0
    if isDone, !overwriting {
      throw MapsError(
        .unwritable, path: path,
        resuming
          ? "exists, so the run is complete; --force begins anew"
          : "exists; say --force to replace it")
    }
    var old = try Self.parts(in: folder)
    if !resuming {
      guard old.isEmpty || overwriting else {
        throw MapsError(
          .unwritable, path: folder,
          "holds maps of an earlier run; --resume goes on with them, --force begins anew")
      }
      for part in old { _ = unsafe unlink(part) }
      old = []
    }
    // A run of its own writes here; two at a time would spoil each other's parts in any case.
    for name in try Self.names(in: folder) where Self.isAbandoned(name) {
      _ = unsafe unlink("\(folder)/\(name)")
    }
    if unsafe mkdir(folder, 0o777) != 0, errno != EEXIST {
      throw MapsError(.unwritable, path: folder, unsafe String(cString: strerror(errno)))
    }
    parts = old
  }

  /// The pictures whose maps are kept, by their paths.
  ///
  /// - Throws: ``MapsError`` if a part cannot be read or belongs to another run.
  public func sources() throws(MapsError) -> Set<String> {
    var sources: Set<String> = []
    for part in parts { sources.formUnion(try self.sources(of: part)) }
    return sources
  }

  /// Drops the parts that hold a picture for which a predicate does not hold.
  ///
  /// A run that was cut off between a part and the journal has one such part.
  ///
  /// - Throws: ``MapsError`` if a part cannot be read or belongs to another run.
  public func keepParts(where isKnown: (String) -> Bool) throws(MapsError) {
    var kept: [String] = []
    for part in parts {
      if try sources(of: part).allSatisfy(isKnown) {
        kept.append(part)
      } else {
        _ = unsafe unlink(part)
      }
    }
    parts = kept
  }

  private func sources(of part: String) throws(MapsError) -> [String] {
    let file = try MapsFile(path: part)
    var sources: [String] = []
    for index in 0..<file.count { sources.append(try file.picture(index).source) }
    return sources
  }

  /// Adds the maps of a picture; they are on disk after ``completePart()``.
  public func append(_ picture: PictureMaps) throws(MapsError) {
    if writer == nil { writer = try HDF5MapsWriter(path: nextPart, header: header) }
    try writer?.append(picture)
    countInPart += 1
  }

  private var nextPart: String {
    let last = parts.last.flatMap { Int($0.dropLast(3).suffix(6)) } ?? 0
    let digits = String(last + 1)
    return "\(folder)/\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).h5"
  }

  /// Puts what was added on disk.
  public func completePart() throws(MapsError) {
    guard let writer else { return }
    let part = nextPart
    try writer.finish()
    parts.append(part)
    self.writer = nil
    countInPart = 0
  }

  /// Makes the file of the parts and removes them, and whatever lies beside them.
  ///
  /// - Throws: ``MapsError`` if there is no picture, if their maps do not fit into one array, or if the
  ///   disk is full or fails; the parts are then still there.
  public func finish() throws(MapsError) {
    try completePart()
    guard !parts.isEmpty else {
      removeIfEmpty()
      return
    }
    switch format {
    case .hdf5: try MapsFile.merge(parts, into: path, header: header)
    case .numPy:
      let writer = try NumPyMapsWriter(path: path)
      for part in parts {
        let file = try MapsFile(path: part)
        for index in 0..<file.count { try writer.append(file.picture(index)) }
      }
      try writer.finish()
    }
    for part in parts { _ = unsafe unlink(part) }
    _ = unsafe unlink(journalPath)
    _ = unsafe rmdir(folder)
  }

  /// Removes the folder of parts, and a journal in it, unless there is a part.
  public func removeIfEmpty() {
    guard parts.isEmpty else { return }
    writer = nil
    _ = unsafe unlink(journalPath)
    _ = unsafe rmdir(folder)
  }

  /// The complete parts in a folder, in order; none if there is no folder.
  private static func parts(in folder: String) throws(MapsError) -> [String] {
    try names(in: folder).filter(isPart).sorted().map { "\(folder)/\($0)" }
  }

  private static func isPart(_ name: String) -> Bool {
    name.hasSuffix(".h5") && Int(name.dropLast(3)) != nil
  }

  /// Whether a file is a part that a run was writing when it was killed.
  private static func isAbandoned(_ name: String) -> Bool {
    guard let dot = name.firstIndex(of: "."), Int(name[..<dot]) != nil else { return false }
    return name[dot...].hasPrefix(".h5.") && name.hasSuffix(PendingFile.suffix)
  }

  /// The names of all files in a folder; none if there is no folder.
  private static func names(in folder: String) throws(MapsError) -> [String] {
    guard let directory = unsafe opendir(folder) else {
      guard errno == ENOENT else {
        throw MapsError(.unwritable, path: folder, unsafe String(cString: strerror(errno)))
      }
      return []
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      names.append(name)
    }
    return names
  }
}
