package import Files

/// The files that a run reads; what it writes replaces none of them, `--force` or not.
package final class RunInputs {
  private let paths: [String]

  /// The drawings that are named among the pictures and not read.
  var leaveOut: DrawingLedger?

  /// Computed when a file is about to be replaced, which is rare.
  private lazy var files = Set(paths.compactMap { FileIdentity($0) })

  /// - Parameter paths: The files; those that do not exist are ignored.
  package init(_ paths: [String]) { self.paths = paths }

  /// Refuses a path at which a file of the run would be replaced.
  ///
  /// - Throws: ``FileError`` if the path leads to one of the files, by any name or link.
  package func check(_ path: String) throws(FileError) {
    guard let file = FileIdentity(path), files.contains(file), leaveOut?.holds(file) != true
    else { return }
    throw FileError(
      path: path,
      cause:
        "is a file that this run reads, which is never replaced; name another place to write to"
    )
  }
}
