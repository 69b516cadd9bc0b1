import ArgumentParser
import Files
import Report

/// `densecam report` makes a page of results.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make one HTML page of saved results.",
    discussion: """
      Takes what `verify`, `bench` and `selftest` write with --format json, in any order and number; the \
      kind of each file follows from its content. The page is one file that needs no network and nothing \
      beside it: verdicts first, then times and errors of every layer, to sort and to filter, and where \
      they come from. Without a script, as in a mail client, verdicts and candidates remain.

      EXAMPLES
        densecam bench --backend all --layers --cache network,hot --format json > bench.json
        densecam verify --format json -o verify.json
        densecam report bench.json verify.json -o report.html
        densecam report verify.json --title 'Kernels of March' > report.html
      """)

  @Argument(help: ArgumentHelp("Files of results.", valueName: "results"))
  var results: [String]

  @Option(
    help: ArgumentHelp(
      "The title of the page, instead of one that names what it is of.", valueName: "text"))
  var title: String?

  @OptionGroup var destination: DestinationOptions

  func run() throws {
    try destination.check()
    if let output = destination.output, let identity = FileIdentity(output),
      let result = results.first(where: { FileIdentity($0) == identity })
    {
      throw UsageError("\(output): is \(result), which the page is made of")
    }
    let page = HTMLReport(
      title: title, files: try results.map { try ResultFile(path: $0) },
      generator: "densecam \(Densecam.version)")
    try destination.write(page.html(RerunCommand.saved))
  }
}
