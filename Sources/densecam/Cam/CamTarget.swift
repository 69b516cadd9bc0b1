import Explain
import Figures
import Glibc

/// Where the drawings of `densecam cam` go: one file, or a folder for several.
///
/// Pictures that come from a folder keep their places below it.
struct CamTarget {
  private let output: String
  private let isFolder: Bool
  private let overwriting: Bool
  private let format: FigureFormat

  /// The files of pictures before, so that two of one name do not end up in one file.
  private var taken: Set<String> = []

  /// The folder, if it is one.
  var folder: String? { isFolder ? output : nil }

  /// - Parameters:
  ///   - output: What was asked for.
  ///   - isPlural: Whether several pictures may come.
  ///   - drawing: The formats that there are.
  ///   - overwriting: Whether files that exist may be replaced.
  /// - Throws: ``UsageError`` if the place cannot be written to.
  init(_ output: String, isPlural: Bool, drawing: CamDrawing, overwriting: Bool) throws {
    var status = stat()
    let exists = unsafe stat(output, &status) == 0
    let isDirectory = exists && status.st_mode & S_IFMT == S_IFDIR
    isFolder = isDirectory || isPlural || output.hasSuffix("/")
    self.output = output
    self.overwriting = overwriting
    format = isFolder ? drawing.format : try FigureFormat(path: output)
    guard drawing.style != .plain || format == .png else {
      throw UsageError("--style plain is drawn as PNG")
    }
    if isFolder {
      guard isDirectory || !exists else {
        throw UsageError("\(output): is a file; several pictures need a folder")
      }
      try Self.makeFolder(output)
    } else {
      try OutputFile.check(output, overwriting: overwriting)
    }
  }

  /// The file for one picture; folders above it are made.
  ///
  /// - Parameters:
  ///   - name: The picture.
  ///   - isOld: Whether a file that is there is an earlier run's, to be replaced.
  /// - Returns: The file's path.
  /// - Throws: ``UsageError`` if it exists and may not be replaced.
  mutating func path(for name: PictureName, replacing isOld: Bool) throws -> String {
    guard isFolder else { return output }
    let place = name.relativePath
    let start = place.lastIndex(of: "/").map { place.index(after: $0) } ?? place.startIndex
    let dot = place[start...].lastIndex(of: ".").flatMap { $0 > start ? $0 : nil }
    let stem = dot.map { String(place[..<$0]) } ?? place
    let path = "\(output)\(output.hasSuffix("/") ? "" : "/")\(stem).\(format.rawValue)"
    guard taken.insert(path).inserted else {
      throw UsageError(
        "\(name.path): another picture is called \(stem), too, and has become \(path)")
    }
    if let slash = path.lastIndex(of: "/") { try Self.makeFolder(String(path[..<slash])) }
    try OutputFile.check(path, overwriting: overwriting || isOld)
    return path
  }

  /// Makes a folder and those above it, unless they are there.
  private static func makeFolder(_ path: String) throws {
    var status = stat()
    if unsafe stat(path, &status) == 0 { return }
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    if !parent.isEmpty { try makeFolder(parent) }
    guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw UsageError(
        "\(path): cannot make the folder: \(unsafe String(cString: strerror(errno)))")
    }
  }
}
