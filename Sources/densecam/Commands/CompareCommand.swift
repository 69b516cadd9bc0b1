import ArgumentParser
import Files
import Report

/// `densecam compare` tells what became faster or slower from one benchmark to another.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Tell what became faster or slower, and what cannot be told.",
    discussion: """
      Takes two files of `bench --format json`. Each row is SAME, FASTER, SLOWER or UNCLEAR, with the \
      interval of the ratio; all rows together raise a false alarm in at most one of a hundred \
      comparisons. Repetitions that a neighbour disturbed do not count, and what the machine gave to one \
      run and not to the other makes intervals wider. Equal halves of each file are compared too: how \
      often those are called different is what to expect of this machine.

      Two backends of one file took turns, and are compared repetition by repetition: that is the way to \
      see a percent on a busy machine.

      EXIT STATUS
        0 compared   2 the files cannot be compared   3 a network is slower than --max-regress allows

      EXAMPLES
        densecam bench --format json > before.json
        densecam bench --format json > after.json
        densecam compare before.json after.json --max-regress 2%
        densecam bench --backend auto,tiled --format json > both.json
        densecam compare both.json --base tiled --new auto
        densecam compare before.json --aa
      """)

  @Argument(help: ArgumentHelp("The times before.", valueName: "base"))
  var before: String

  @Argument(help: ArgumentHelp("The times after.", valueName: "new"))
  var after: String?

  @Option(help: ArgumentHelp("The backend to compare with.", valueName: "backend"))
  var base: String?

  @Option(
    help: ArgumentHelp("The backend to compare, of the same file or another.", valueName: "backend")
  )
  var new: String?

  @Flag(help: "Compare halves of one file, which are equal: any call is a false alarm.")
  var aa = false

  @Option(
    help: ArgumentHelp(
      "End with 3 if a network is SLOWER by more than this share, such as 2%.", valueName: "share"))
  var maxRegress: String?

  @Flag(help: "Compare all the same if the machine, the model or settings differ.")
  var across = false

  @Flag(help: "Show every layer, not only those that are FASTER or SLOWER.")
  var layers = false

  enum Formats: FormatOffer {
    static let formats: [OutputFormat] = [.table, .md, .json, .csv]
  }

  @OptionGroup var format: FormatOption<Formats>

  func validate() throws {
    if let maxRegress, Share(maxRegress) == nil {
      throw ValidationError("--max-regress takes a share, such as 2% or 0.02")
    }
    if aa, after != nil || base != nil || new != nil {
      throw ValidationError("--aa takes one file and no backends")
    }
  }

  func run() throws {
    let first = try SavedBench(path: before)
    if aa {
      let report = try SelfCompareReport(first)
      try Output.write(
        format.format.text(
          document: report.document(), [.json: report.json, .csv: { report.csv() }]))
      return
    }
    let report = try CompareReport(
      first, try after.map { try SavedBench(path: $0) },
      choice: CompareReport.Choice(base: base, new: new), allowsDifferences: across)
    try Output.write(
      format.format.text(
        document: report.document(layers: layers), [.json: report.json, .csv: { report.csv() }]))
    if let limit = maxRegress.flatMap(Share.init), let worst = report.worstRegression,
      worst > 1 + limit.value
    {
      throw ExitStatus.regression
    }
  }
}
