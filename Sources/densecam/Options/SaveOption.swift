import ArgumentParser
import Files
import Report

/// Where a run keeps its results for later.
struct SaveOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also keep the results as a file of their own in this folder, for history and compare.",
      valueName: "folder"))
  var save: String?

  /// Refuses a folder that cannot be written to, before any work is spent.
  ///
  /// - Throws: `FileError`.
  func check() throws {
    guard let save else { return }
    try OutputFile.check("\(save)/results", overwriting: true)
  }

  /// Writes the results, whole or not at all.
  ///
  /// - Parameters:
  ///   - command: What made them, such as `bench`.
  ///   - date: When; see `MachineDescription`.
  ///   - text: Makes the lines of JSON.
  /// - Throws: `FileError` if they cannot be written.
  func write(_ command: String, date: String, _ text: () throws -> String) throws {
    guard let save else { return }
    let bytes = Array(try text().utf8)
    let name = SavedFile.name(command: command, date: date, bytes)
    // A file of that name has the same bytes.
    if OutputFile.exists("\(save)/\(name)") { return }
    try writeFile(at: "\(save)/\(name)", bytes, replacing: false)
    printError("saved \(save)/\(name)")
  }
}
