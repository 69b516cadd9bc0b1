import ArgumentParser
import Report
import Verify

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table
  case json
}

/// How the results of a verification are written.
enum VerifyFormat: String, ExpressibleByArgument, CaseIterable {
  case table
  case md
  case csv
  case json
  case jsonl
  case junit

  /// The text of a report.
  ///
  /// - Parameters:
  ///   - report: What was found.
  ///   - all: Whether tables list every layer.
  ///   - isForFile: Whether nothing of this terminal matters to the text.
  ///   - rerun: The commands that repeat one layer.
  /// - Returns: The text, ending in a line feed.
  /// - Throws: What the encoder throws.
  func text(
    _ report: VerifyReport, all: Bool, isForFile: Bool,
    rerun: (_ golden: String, _ layer: LayerResult) -> [String]
  ) throws -> String {
    switch self {
    case .table:
      report.document(all: all, rerun: rerun).text(
        width: (isForFile ? nil : Console.columns) ?? Document.standardWidth,
        color: Console.usesColor && !isForFile)
    case .md: report.document(all: all, rerun: rerun).markdown()
    case .csv: report.csv()
    case .json: try report.json()
    case .jsonl: try report.jsonLines()
    case .junit: report.junit(rerun: rerun)
    }
  }
}
