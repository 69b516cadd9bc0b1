import Explain
import Figures
import Files
import Glibc
import Imaging

/// Where the drawings of `densecam cam` go: one file, or a folder for several.
///
/// Pictures that come from a folder keep their places below it.
final class CamTarget {
  private let output: String
  private let overwriting: Bool
  private let format: FigureFormat

  /// The files that are read in this run and never replaced.
  private let inputs: CamInputs

  private var places: DrawingPlaces

  /// The folders that have been made or cleaned up.
  private var folders: Set<ExactName> = []

  /// Whether existing drawings may be of the resumed run.
  private var isResumed = false

  /// The folder, if it is one.
  let folder: String?

  /// The drawings in the folder.
  private(set) var ledger: DrawingLedger?

  /// - Parameters:
  ///   - output: The requested place.
  ///   - isPlural: Whether several pictures may come.
  ///   - drawing: The formats.
  ///   - overwriting: Whether files that exist may be replaced.
  ///   - inputs: The files that may not.
  /// - Throws: ``UsageError`` if the place cannot be written to.
  init(
    _ output: String, isPlural: Bool, drawing: CamDrawing, overwriting: Bool, inputs: CamInputs
  ) throws {
    let exists = OutputFile.exists(output)
    let isDirectory = OutputFile.isFolder(output)
    let isFolder = isDirectory || isPlural || output.utf8.last == UInt8(ascii: "/")
    self.output = output
    self.overwriting = overwriting
    self.inputs = inputs
    format = isFolder ? drawing.format : try FigureFormat(path: output)
    folder = isFolder ? output : nil
    ledger = isFolder ? DrawingLedger(folder: output) : nil
    places = DrawingPlaces(fileExtension: format.rawValue)
    guard drawing.style != .plain || format == .png else {
      throw UsageError("--style plain is drawn as PNG")
    }
    if isFolder {
      guard isDirectory || !exists else {
        throw UsageError("\(output): is a file; several pictures need a folder")
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
  ///   - results: The drawings that its results name, by their pictures' paths.
  ///   - isResumed: Whether the journal's run is resumed.
  func adopt(_ ledger: DrawingLedger, results: [ExactName: String], isResumed: Bool) {
    self.ledger = ledger
    inputs.leaveOut = ledger
    self.isResumed = isResumed
    let start = FileName.join(output, "/")
    var earlier = isResumed ? ledger.places : [:]
    // Journals of earlier versions record no drawings, and their results name them with the folder.
    for (path, drawing) in results where earlier[path] == nil {
      if drawing.utf8.starts(with: start.utf8) {
        earlier[path] = String(Substring(drawing.utf8.dropFirst(start.utf8.count)))
      }
    }
    places = DrawingPlaces(fileExtension: format.rawValue, earlier: earlier)
  }

  /// Gives a picture its place; the first picture gets the better one.
  func reserve(_ name: PictureName) {
    if folder != nil { _ = places.place(of: name) }
  }

  /// Where the drawing of a picture is written; folders above it are made.
  ///
  /// - Throws: ``UsageError`` if a file is there that may not be replaced.
  func destination(of name: PictureName) throws -> CamDestination {
    guard let folder else {
      return CamDestination(path: output, picture: name.path, isReplacing: overwriting)
    }
    let place = places.place(of: name)
    let path = FileName.join(folder, place)
    try prepareFolder(FileName.parent(of: path))
    var destination = CamDestination(
      path: path, picture: name.path, isReplacing: overwriting, place: place, ledger: ledger)
    try destination.checkNewness()
    try inputs.check(path)
    guard OutputFile.exists(path), !overwriting else { return destination }
    guard isResumed else { throw UsageError("\(path): exists; use --force to replace it") }
    destination.isReplacing = ledger?.isUnchanged(place) == true
    destination.mayBeThere = true
    return destination
  }

  /// Makes a folder and those above it, unless they exist, and removes what killed runs have
  /// left in it.
  private func prepareFolder(_ path: String) throws {
    guard folders.insert(path) else { return }
    try Self.makeFolder(path)
    removeAbandonedFiles(in: path)
  }

  private static func makeFolder(_ path: String) throws {
    if OutputFile.exists(path) { return }
    var parent = path
    while parent.utf8.last == UInt8(ascii: "/") { parent.removeLast() }
    parent = FileName.folder(of: parent)
    if !parent.isEmpty { try makeFolder(parent) }
    guard unsafe mkdir(path.systemPath, 0o777) == 0 || errno == EEXIST else {
      throw UsageError(
        "\(path): cannot make the folder: \(FileError.text(of: errno))")
    }
  }
}

/// The files that a run reads; what it writes replaces none of them, `--force` or not.
final class CamInputs {
  private let paths: [String]

  /// The drawings that are named among the pictures and not read.
  var leaveOut: DrawingLedger?

  /// Computed when a file is about to be replaced, which is rare.
  private lazy var files = Set(paths.compactMap { FileIdentity($0) })

  init(_ paths: [String]) { self.paths = paths }

  /// - Throws: ``UsageError`` if a path leads to one of them, by any name or link.
  func check(_ path: String) throws {
    guard let file = FileIdentity(path), files.contains(file), leaveOut?.holds(file) != true
    else { return }
    throw UsageError(
      "\(path): is a file that this run reads, which is never replaced; name another place to write to"
    )
  }
}
