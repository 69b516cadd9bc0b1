import Explain
import FoundationEssentials
import Report

/// Prints results as they arrive, so that none have to be kept.
struct CamPrinter {
  /// One of `table`, `json` and lines of JSON, which any other format means.
  let format: OutputFormat

  /// Whether lines of single pictures are left out of a table, which shows something else.
  var isBrief = false

  private var count = 0

  init(format: OutputFormat) { self.format = format }

  private func text(_ value: some Encodable, isPretty: Bool) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(value), as: UTF8.self).jsonEscaped
  }

  /// Prints one picture's result.
  ///
  /// - Throws: Errors from the encoder, or ``OutputError``.
  mutating func print(_ row: PictureRow) throws {
    switch format {
    case .table: if !isBrief { for line in row.lines { try densecam.print(line) } }
    case .json:
      try Output.write((count == 0 ? opening : ",") + "\n" + text(row, isPretty: true) + "\n")
    default: try Output.write(text(row, isPretty: false) + "\n")
    }
    count += 1
  }

  private var opening: String { isBrief ? "{\"pictures\": [" : "[" }

  /// Prints the end, after the last picture.
  ///
  /// - Parameter localization: The score of the maps; if they were scored, JSON is an object of it and
  ///   of the pictures.
  /// - Throws: Errors from the encoder, or ``OutputError``.
  func finish(_ localization: LocalizationReport?) throws {
    switch format {
    case .table:
      if let localization {
        try Output.write(
          localization.document.text(
            width: Console.columns ?? Document.standardWidth, color: Console.usesColor))
      }
    case .json:
      if count == 0 { try Output.write(opening + "\n") }
      try Output.write("]\n")
      if let localization {
        try Output.write(
          ", \"localization\":\n" + text(localization.record, isPretty: true) + "\n}\n")
      }
    default:
      if let localization {
        try Output.write(text(["localization": localization.record], isPretty: false) + "\n")
      }
    }
  }
}
