import Glibc

/// Checks on files to be written, made before any work is spent on them.
enum OutputFile {
  /// Whether there is such a file, or none was to be written.
  static func exists(_ path: String?) -> Bool {
    guard let path else { return true }
    return unsafe access(path, F_OK) == 0
  }

  /// - Throws: ``UsageError`` if the folder of a path cannot be written to, or something is in the
  ///   way.
  static func check(_ path: String, overwriting: Bool) throws {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    guard unsafe access(folder, W_OK) == 0 else {
      throw UsageError(
        "\(path): cannot write into \(folder): \(unsafe String(cString: strerror(errno)))")
    }
    if !overwriting, unsafe access(path, F_OK) == 0 {
      throw UsageError("\(path): exists; say --force to replace it")
    }
  }
}
