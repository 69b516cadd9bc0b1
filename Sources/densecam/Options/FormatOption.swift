import ArgumentParser
import Report

/// The formats that results are written in.
enum OutputFormat: String, CaseIterable {
  case table
  case md
  case csv
  case json
  case jsonl
  case junit

  /// The text of results.
  ///
  /// - Parameters:
  ///   - isForFile: Whether the text is independent of this terminal.
  ///   - document: The results as a table and as Markdown.
  ///   - others: The results in the other formats.
  /// - Returns: The text, ending in a line feed.
  /// - Throws: Errors from the writer, or ``UsageError`` if they have no such format.
  func text(
    isForFile: Bool = false, document: @autoclosure () -> Document,
    _ others: [OutputFormat: () throws -> String]
  ) throws -> String {
    switch self {
    case .table:
      return document().text(
        width: (isForFile ? nil : Console.columns) ?? Document.standardWidth,
        color: Console.usesColor && !isForFile)
    case .md: return document().markdown()
    case .csv, .json, .jsonl, .junit:
      guard let text = others[self] else { throw UsageError("there is no \(rawValue) of this") }
      return try text()
    }
  }
}

/// The formats that a command offers.
protocol FormatOffer {
  static var formats: [OutputFormat] { get }

  /// The format of a file unless `--format` is given.
  static var ofFiles: OutputFormat { get }
}

extension FormatOffer {
  static var ofFiles: OutputFormat { .table }
}

/// How results are written: one of the formats that the command offers.
struct FormatOption<Offer: FormatOffer>: ParsableArguments {
  /// An offered format.
  struct Choice: ExpressibleByArgument {
    let format: OutputFormat

    init?(argument: String) {
      guard let format = Offer.formats.first(where: { $0.rawValue == argument }) else {
        return nil
      }
      self.format = format
    }

    static var allValueStrings: [String] { Offer.formats.map(\.rawValue) }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
  }

  @Option(
    name: .customLong("format"),
    help: ArgumentHelp(
      "How results are written; table unless given"
        + (Offer.ofFiles == .table ? "." : ", \(Offer.ofFiles.rawValue) in a file."),
      valueName: "format"))
  private var choice: Choice?

  var format: OutputFormat { choice?.format ?? .table }

  /// The format of the file, if results go to one.
  func format(isForFile: Bool) -> OutputFormat {
    choice?.format ?? (isForFile ? Offer.ofFiles : .table)
  }
}
