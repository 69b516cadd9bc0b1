import Files
import Glibc

/// Checks on files to be written, made before any work is spent on them.
enum OutputFile {
  /// Whether there is such a file, or none was to be written.
  static func exists(_ path: String?) -> Bool {
    guard let path else { return true }
    return unsafe access(path.systemPath, F_OK) == 0
  }

  /// Whether a path leads to a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path.systemPath, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// - Throws: ``UsageError`` if the folder of a path cannot be written to, or something is in the
  ///   way.
  static func check(_ path: String, overwriting: Bool) throws {
    let folder = FileName.parent(of: path)
    guard unsafe access(folder.systemPath, W_OK) == 0 else {
      throw UsageError(
        "\(path): cannot write into \(folder): \(FileError.text(of: errno))")
    }
    if !overwriting, exists(path) {
      throw UsageError("\(path): exists; use --force to replace it")
    }
  }
}
