import ArgumentParser
import Report

/// `densecam history` shows saved times over runs.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show how saved times have changed from run to run.",
    discussion: """
      Reads the files that `bench --save FOLDER` has written: one a run, by any number of processes and \
      machines. What was timed on the same kind of machine is one series, with a plot of its shortest \
      times; a run with which a new level begins says by how much. Two runs are compared with each \
      other by `compare`, which takes such files too.

      EXAMPLES
        densecam bench --save results
        densecam history results
        densecam history results --backend auto --layer conv1 --format csv
      """)

  @Argument(help: ArgumentHelp("Where the results are.", valueName: "folder"))
  var folder: String

  @Option(help: ArgumentHelp("Only this network.", valueName: "model"))
  var model: String?

  @Option(help: ArgumentHelp("Only this backend.", valueName: "backend"))
  var backend: String?

  @Option(help: ArgumentHelp("A layer, instead of the whole network.", valueName: "layer"))
  var layer: String?

  @Option(help: ArgumentHelp("The most runs in a table.", valueName: "count"))
  var limit = 20

  enum Formats: FormatOffer {
    static let formats: [OutputFormat] = [.table, .md, .json, .csv]
  }

  @OptionGroup var format: FormatOption<Formats>

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit takes 1 or more") }
  }

  func run() throws {
    let report = try HistoryReport(
      folder: folder, HistoryReport.Selection(model: model, backend: backend, layer: layer))
    for objection in report.objections { printError("warning: left out: \(objection)") }
    try Output.write(
      format.format.text(
        document: report.document(limit: limit), [.json: report.json, .csv: { report.csv() }]))
  }
}
