import ArgumentParser
import Files
import Glibc
import Net

/// Where results go.
struct DestinationOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"))
  var output: String?

  @Flag(help: "Replace the file if it exists.")
  var force = false

  /// Whether results go to a file and not to standard output.
  var isFile: Bool { output != nil }

  /// Refuses a file that cannot be written, before any work is spent on it.
  ///
  /// An existing file must be regular: the new one replaces it, which is never intended for a device or a
  /// symbolic link.
  ///
  /// - Throws: `FileError` or ``UsageError``.
  func check() throws {
    guard let output else { return }
    try OutputFile.check(output, overwriting: force)
    var status = stat()
    guard unsafe lstat(output.systemPath, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw UsageError("\(output): is not a regular file, so it is not replaced")
    }
  }

  /// Writes a text, whole or not at all.
  ///
  /// - Throws: ``UsageError``, `FileError` or ``OutputError`` if it cannot be written.
  func write(_ text: String) throws {
    guard let output else {
      try Output.write(text)
      return
    }
    // A file may have appeared since the work began.
    try check()
    try writeFile(at: output, Array(text.utf8), replacing: force)
  }
}
