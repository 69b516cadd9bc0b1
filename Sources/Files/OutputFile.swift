import Glibc

/// Checks on files to be written, made before any work is spent on them.
package enum OutputFile {
  /// Whether a path leads to a file or folder.
  package static func exists(_ path: String) -> Bool {
    unsafe access(path.systemPath, F_OK) == 0
  }

  /// Whether a path leads to a folder.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path.systemPath, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Refuses a path at which no file can be written.
  ///
  /// - Throws: ``FileError`` if the folder of the path cannot be written to, or something is in the
  ///   way.
  package static func check(_ path: String, overwriting: Bool) throws(FileError) {
    let folder = FileName.parent(of: path)
    guard unsafe access(folder.systemPath, W_OK) == 0 else {
      throw FileError(
        path: path, cause: "cannot write into \(folder): \(FileError.text(of: errno))")
    }
    if !overwriting, exists(path) {
      throw FileError(path: path, cause: "exists; use --force to replace it")
    }
  }
}
