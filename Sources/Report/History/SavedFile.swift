package import Files

/// A file in a folder of results, one for each run.
///
/// Its name has the time of the run and the beginning of the sum of its bytes, so that many processes, on many
/// machines, can write into one folder with no lock: no two runs want the same name.
package enum SavedFile {
  /// The name of a file.
  ///
  /// - Parameters:
  ///   - command: What made the results, such as `bench`.
  ///   - date: When, as ISO 8601.
  ///   - bytes: The contents.
  /// - Returns: Such as `bench-20261127T230506Z-0123456789ab.jsonl`.
  package static func name(command: String, date: String, _ bytes: [UInt8]) -> String {
    let time = date.prefix { $0 != "+" }.filter { $0.isLetter || $0.isNumber }
    return "\(command)-\(time)-\(SHA256Digest.of(bytes: bytes).prefix(12)).jsonl"
  }

  /// The files of a command in a folder, by name, which is by time.
  ///
  /// - Throws: ``FileError`` if the folder cannot be read.
  package static func all(of command: String, in folder: String) throws(FileError) -> [String] {
    try FileName.names(in: folder).filter {
      $0.hasPrefix("\(command)-") && $0.hasSuffix(".jsonl")
    }.sorted().map { "\(folder)/\($0)" }
  }
}
