import ArgumentParser
import Formats
import Kernels
import Net
import Report

/// `densecam plan`: the backend of each convolution of a network.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show the backend of each convolution of a network; save it.",
    discussion: """
      A saved plan is JSON that can be edited: of an assignment, `node`, `problem` and `executed` decide. \
      All commands that take --backend make the same choice again with --backend plan:FILE.

      EXAMPLES
        densecam plan --model densenet121
        densecam plan --model densenet121 --backend winograd -o mine.json
        densecam bench --model densenet121 --backend auto,plan:mine.json
      """)

  /// Tables, and the plan itself, which is what a file is for.
  enum Formats: FormatOffer {
    static let formats: [OutputFormat] = [.table, .md, .json]
    static let ofFiles = OutputFormat.json
  }

  @OptionGroup var model: ModelOptions

  @Option(
    help: ArgumentHelp("WIDTHxHEIGHT of pictures; the network's own size unless given."))
  var size: String?

  @OptionGroup var backends: BackendOptions

  @Option(help: ArgumentHelp("Pictures at once.", valueName: "count"))
  var batch = 1

  @OptionGroup var format: FormatOption<Formats>

  @OptionGroup var destination: DestinationOptions

  func run() throws {
    let chosen = try backends.choices(default: .standard)
    guard chosen.count == 1 else { throw UsageError("a plan is of one --backend") }
    guard (1...65_536).contains(batch) else { throw UsageError("--batch takes 1 to 65536") }
    try destination.check()
    let (network, team) = try model.load()
    var options = try backends.planOptions()
    options.threads = team.count
    let plan = try Plan(
      graph: network.graph, parameters: network.parameters,
      input: network.inputShape(size: size, batch: batch), backends: chosen[0], options: options)
    let isFile = destination.isFile
    let text = try format.format(isForFile: isFile).text(
      isForFile: isFile, document: PlanReport(plan.assignments).document(),
      [
        .json: {
          String(decoding: try PlanFile(plan, of: network).json(), as: UTF8.self).jsonEscaped
        }
      ])
    try destination.write(text)
  }
}
