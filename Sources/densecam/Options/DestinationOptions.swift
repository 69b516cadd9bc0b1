import ArgumentParser
import Net

/// Where results go.
struct DestinationOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"))
  var output: String?

  @Flag(help: "Replace the file if it exists.")
  var force = false

  /// Refuses a file that cannot be written, before any work is spent on it.
  ///
  /// - Throws: ``UsageError``.
  func check() throws {
    if let output { try OutputFile.check(output, overwriting: force) }
  }

  /// Writes a text, whole or not at all.
  ///
  /// - Throws: ``FileError`` if the file cannot be written.
  func write(_ text: String) throws {
    guard let output else {
      print(text, terminator: "")
      return
    }
    var file = try AtomicFile(path: output)
    let bytes = Array(text.utf8)
    try unsafe file.write(bytes.span.bytes)
    try file.commit()
  }
}
