package import Files
import Glibc

/// Where the drawings of a run go: one file, or a folder for several.
///
/// Pictures that come from a folder keep their places below it.
package final class DrawingTarget {
  private let output: String
  private let fileExtension: String
  private let overwriting: Bool

  /// The files that are read in this run and never replaced.
  private let inputs: RunInputs

  private var places: DrawingPlaces

  /// The folders that have been made or cleaned up.
  private var folders: Set<ExactName> = []

  /// Whether existing drawings may be of the resumed run.
  private var isResumed = false

  /// The folder, if it is one.
  package let folder: String?

  /// The drawings in the folder.
  package private(set) var ledger: DrawingLedger?

  /// Whether a requested place is a folder: it is one, is named as one, or several pictures may come.
  package static func isFolder(_ output: String, isPlural: Bool) -> Bool {
    isPlural || output.utf8.last == UInt8(ascii: "/") || OutputFile.isFolder(output)
  }

  /// Checks a place, and makes it if it is a folder.
  ///
  /// - Parameters:
  ///   - output: The requested place.
  ///   - isFolder: Whether it is a folder; see ``isFolder(_:isPlural:)``.
  ///   - fileExtension: That of drawings in a folder, without a dot.
  ///   - overwriting: Whether files that exist may be replaced.
  ///   - inputs: The files that may not.
  /// - Throws: ``FileError`` if the place cannot be written to.
  package init(
    _ output: String, isFolder: Bool, fileExtension: String, overwriting: Bool, inputs: RunInputs
  ) throws(FileError) {
    self.output = output
    self.fileExtension = fileExtension
    self.overwriting = overwriting
    self.inputs = inputs
    folder = isFolder ? output : nil
    ledger = isFolder ? DrawingLedger(folder: output) : nil
    places = DrawingPlaces(fileExtension: fileExtension)
    if isFolder {
      guard OutputFile.isFolder(output) || !OutputFile.exists(output) else {
        throw FileError(path: output, cause: "is a file; several pictures need a folder")
      }
      try prepareFolder(output)
    } else {
      try OutputFile.check(output, overwriting: overwriting)
      try inputs.check(output)
      removeAbandonedFiles(in: FileName.parent(of: output))
    }
  }

  /// Uses a journal's records of the folder.
  ///
  /// - Parameters:
  ///   - ledger: The drawings that it records.
  ///   - isResumed: Whether the journal's run is resumed.
  func adopt(_ ledger: DrawingLedger, isResumed: Bool) {
    self.ledger = ledger
    inputs.leaveOut = ledger
    self.isResumed = isResumed
    places = DrawingPlaces(
      fileExtension: fileExtension, earlier: isResumed ? ledger.places : [:])
  }

  /// Gives a picture its place; the first picture gets the better one.
  package func reserve(_ name: PictureName) {
    if folder != nil { _ = places.place(of: name) }
  }

  /// Where the drawing of a picture is written; folders above it are made.
  ///
  /// - Throws: ``FileError`` if a file is there that may not be replaced.
  package func destination(of name: PictureName) throws(FileError) -> DrawingDestination {
    guard let folder else {
      return DrawingDestination(path: output, picture: name.path, isReplacing: overwriting)
    }
    let place = places.place(of: name)
    let path = FileName.join(folder, place)
    try prepareFolder(FileName.parent(of: path))
    var destination = DrawingDestination(
      path: path, picture: name.path, isReplacing: overwriting, place: place, ledger: ledger)
    try destination.checkNewness()
    try inputs.check(path)
    guard OutputFile.exists(path), !overwriting else { return destination }
    guard isResumed else {
      throw FileError(path: path, cause: "exists; use --force to replace it")
    }
    destination.isReplacing = ledger?.isUnchanged(place) == true
    destination.mayBeThere = true
    return destination
  }

  /// Makes a folder and those above it, unless they exist, and removes what killed runs have
  /// left in it.
  private func prepareFolder(_ path: String) throws(FileError) {
    guard folders.insert(path) else { return }
    try Self.makeFolder(path)
    removeAbandonedFiles(in: path)
  }

  private static func makeFolder(_ path: String) throws(FileError) {
    if OutputFile.exists(path) { return }
    var parent = path
    while parent.utf8.last == UInt8(ascii: "/") { parent.removeLast() }
    parent = FileName.folder(of: parent)
    if !parent.isEmpty { try makeFolder(parent) }
    guard unsafe mkdir(path.systemPath, 0o777) == 0 || errno == EEXIST else {
      throw FileError(
        path: path, cause: "cannot make the folder: \(FileError.text(of: errno))")
    }
  }
}
