import Explain
import FoundationEssentials
import Report

/// Prints results as they come, so that none have to be kept.
struct CamPrinter {
  enum Format: String, CaseIterable {
    case table
    case json
    case jsonl
  }

  let format: Format

  /// Whether lines of single pictures are left out of a table, which shows something else.
  var isBrief = false

  private var count = 0

  init(format: Format) { self.format = format }

  private func text(_ value: some Encodable, isPretty: Bool) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Prints one picture's result.
  mutating func print(_ row: CamRow) throws {
    switch format {
    case .table: if !isBrief { Swift.print(row.lines) }
    case .json:
      Swift.print(count == 0 ? opening : ",", try text(row, isPretty: true), separator: "\n")
    case .jsonl: Swift.print(try text(row, isPretty: false))
    }
    count += 1
  }

  private var opening: String { isBrief ? "{\"pictures\": [" : "[" }

  /// Prints what comes after the last picture.
  ///
  /// - Parameter localization: What the maps are worth; if they were scored, JSON is an object of it and
  ///   of the pictures.
  /// - Throws: What the encoder throws.
  func finish(_ localization: LocalizationReport?) throws {
    switch format {
    case .table:
      if let localization {
        Swift.print(
          localization.document.text(
            width: Console.columns ?? Report.standardWidth, color: Console.usesColor),
          terminator: "")
      }
    case .json:
      if count == 0 { Swift.print(opening) }
      Swift.print("]")
      if let localization {
        Swift.print(
          ", \"localization\":", try text(localization.record, isPretty: true), "}", separator: "\n"
        )
      }
    case .jsonl:
      if let localization {
        Swift.print(try text(["localization": localization.record], isPretty: false))
      }
    }
  }
}
