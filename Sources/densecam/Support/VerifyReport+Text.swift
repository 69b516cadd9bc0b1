import Report
import Verify

extension VerifyReport {
  /// The report in one of the formats.
  ///
  /// - Parameters:
  ///   - format: The format.
  ///   - all: Whether tables list every layer.
  ///   - isForFile: Whether the text is independent of this terminal.
  ///   - rerun: The commands that repeat one layer.
  /// - Returns: The text, ending in a line feed.
  /// - Throws: Errors from the encoder.
  func text(
    as format: OutputFormat, all: Bool, isForFile: Bool,
    rerun: @escaping (_ golden: String, _ layer: LayerResult) -> [String]
  ) throws -> String {
    try format.text(
      isForFile: isForFile, document: document(all: all, rerun: rerun),
      [.csv: csv, .json: json, .jsonl: jsonLines, .junit: { junit(rerun: rerun) }])
  }
}
