import Files
import Verify

/// The goldens that a command works on.
enum GoldenPaths {
  /// The folder that is searched when none is named.
  static let folder = "golden"

  /// The paths that were named, the goldens of those that are folders, or all in ``folder``.
  ///
  /// - Throws: ``GoldenError`` if a folder cannot be read or there are none in it.
  static func resolve(_ named: [String]) throws -> [String] {
    var paths: [String] = []
    for path in named.isEmpty ? [folder] : named {
      if named.isEmpty || OutputFile.isFolder(path) {
        paths += try goldens(in: path)
      } else {
        paths.append(path)
      }
    }
    return paths
  }

  /// The `.h5` files of a folder, in the order of the bytes of their names.
  private static func goldens(in folder: String) throws -> [String] {
    let names = (try? FileName.names(in: folder)) ?? []
    let goldens = names.filter { FileName.fileExtension(of: $0) == "h5" }.map { ExactName($0) }
    guard !goldens.isEmpty else {
      throw GoldenError(
        .missing, path: folder,
        "holds no goldens; name some, or make one with `densecam golden record`")
    }
    return goldens.sorted().map { FileName.join(folder, $0.text) }
  }
}
