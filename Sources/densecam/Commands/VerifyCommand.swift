import ArgumentParser
import Bench
import Kernels
import Net
import Report
import Verify

/// `densecam verify` tells whether every kernel is right.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Hold backends against goldens, layer by layer.",
    discussion: """
      With the isolated feed, each layer is given the golden's own values: an error is its kernel's. \
      With the network feed, it is given what the layers before it computed: an error may be \
      inherited. An element passes if its error is what the rounding of its sum makes likely, is \
      MARGINAL up to what rounding makes possible, and fails beyond.

      EXAMPLES
        densecam verify                                   all of golden/*.h5, all backends
        densecam verify golden/mini.h5 --backend naive
        densecam verify ref.h5 --model d169:0 --images photos
        densecam verify --feed isolated --match 'conv2$' --format json
      """)

  @Argument(help: ArgumentHelp("Golden files; golden/*.h5 if none is named.", valueName: "golden"))
  var goldens: [String] = []

  @OptionGroup var model: ModelOptions
  @OptionGroup var backends: BackendOptions

  @Option(
    help: ArgumentHelp(
      "Check single convolutions instead: a file, random:N@SEED, or one in benchdnn's notation.",
      valueName: "list"))
  var problems: String?

  @Option(help: ArgumentHelp("What --problems draws its numbers from.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("isolated, network or both.", valueName: "feed"))
  var feed: FeedChoice = .both

  @Option(help: ArgumentHelp("Judge only layers whose name matches.", valueName: "regex"))
  var match: String?

  @Option(
    help: ArgumentHelp(
      "Prepare the inputs anew from the pictures in this folder, instead of taking the golden's.",
      valueName: "folder"))
  var images: String?

  @Flag(help: "Show every layer, not only the worst.")
  var all = false

  @Option(help: ArgumentHelp("table or json.", valueName: "format"))
  var format: OutputFormat = .table

  func run() throws {
    Interruption.listen()
    let pattern = try match.map { text in
      do {
        return try Regex(text)
      } catch {
        throw UsageError("--match \(text): is no regular expression")
      }
    }
    let team = try WorkerTeam(count: model.threading.count)
    if let problems {
      try verify(
        ProblemVerification(
          source: problems, seed: seed,
          sweep: ProblemSweep(
            backends: backends.backends(default: Backends.all), options: backends.planOptions(),
            team: team), values: .uniform, options: []), team)
      return
    }
    let runs = try backends.runs(default: Backends.all)
    var models = ModelCache(team: team)
    var reports: [VerifyReport.Golden] = []
    var last: Model?
    for path in try GoldenPaths.resolve(goldens) where !Interruption.isRequested {
      let golden = try GoldenFile(path: path)
      let network = try models.model(of: golden, named: model.model)
      let verifier = Verifier(
        graph: network.graph, parameters: network.parameters, golden: golden, team: team)
      last = network
      var report = VerifyReport.Golden(path: path, header: golden.header, cases: [])
      for goldenCase in golden.cases where !Interruption.isRequested {
        // `Regex` is not Sendable; each case makes its own.
        let names = Set(
          network.graph.nodes.map(\.name).filter { name in
            pattern.map { name.contains($0) } ?? true
          })
        var options = VerificationOptions(feeds: feed.feeds, includes: { names.contains($0) })
        if let images {
          options.inputs[goldenCase.name] = try input(of: goldenCase, golden, images)
        }
        let progress = ProgressBar("\(path) \(goldenCase.name)")
        report.cases.append(
          try verifier.verify(
            goldenCase, runs: runs, options: options, progress: progress.update))
      }
      reports.append(report)
    }
    if !Interruption.isRequested, reports.allSatisfy({ $0.cases.allSatisfy { $0.verdict == nil } })
    {
      printError(
        "densecam: error: nothing was compared: "
          + (match.map { "no layer's name matches \($0)" } ?? "the goldens hold nothing"))
      throw ExitStatus.nothingCompared
    }
    let context = ReportContext(
      version: Densecam.version, machine: try .current(), model: last?.name ?? "",
      symbolSHA256: reports.last?.header.symbolSHA256 ?? "",
      weightsSHA256: reports.last?.header.weightsSHA256 ?? "", command: Console.commandLine)
    try print(VerifyReport(context: context, threads: team.count, goldens: reports))
    if Interruption.isRequested { throw ExitStatus.interrupted }
    switch reports.flatMap(\.cases).compactMap(\.verdict).overall {
    case .fail: throw ExitStatus.mismatch
    case .pass, .marginal, .mistrusted: break
    case .fellBack, .skipped, .unsupported, nil: throw ExitStatus.nothingCompared
    }
  }

  private func verify(_ problems: ProblemVerification, _ team: WorkerTeam) throws {
    let golden = try problems.run()
    let context = ReportContext(
      version: Densecam.version, machine: try .current(), model: golden.header.model,
      symbolSHA256: "", weightsSHA256: "", command: Console.commandLine)
    let report = VerifyReport(context: context, threads: team.count, goldens: [golden])
    Swift.print(
      report.document(all: all) { _, layer in problems.rerun(layer) }.text(
        width: Console.columns ?? Report.standardWidth, color: Console.usesColor))
    switch report.verdict {
    case .fail: throw ExitStatus.mismatch
    case .pass, .marginal, .mistrusted: break
    case .fellBack, .skipped, .unsupported, nil: throw ExitStatus.nothingCompared
    }
  }

  /// A case's input, made anew from its picture.
  private func input(of goldenCase: GoldenCase, _ golden: GoldenFile, _ folder: String) throws
    -> Tensor<Float>
  {
    guard let preprocessing = Preprocessing(goldenCase.preprocessing) else {
      throw GoldenError(
        .mismatch, path: golden.path,
        "case \(goldenCase.name) does not say how its picture was prepared")
    }
    let path = "\(folder)/\(goldenCase.source)"
    let hash = try SHA256Digest.ofFile(path)
    guard goldenCase.sourceSHA256.isEmpty || hash == goldenCase.sourceSHA256 else {
      throw GoldenError(
        .mismatch, path: golden.path, "case \(goldenCase.name) was made from another \(path)")
    }
    return try preprocessing.prepare(path).input
  }

  private func print(_ report: VerifyReport) throws {
    switch format {
    case .table:
      Swift.print(
        report.document(all: all, rerun: rerun).text(
          width: Console.columns ?? Report.standardWidth, color: Console.usesColor))
    case .json:
      Swift.print(try report.json())
    }
  }

  /// A command that judges one layer again, as it was judged here.
  private func rerun(_ golden: String, _ layer: LayerResult) -> String {
    var words = ["densecam verify", golden, "--backend", layer.requested]
    if let name = model.model { words += ["--model", name] }
    if backends.noFuse { words.append("--no-fuse") }
    if let passes = backends.withoutPass { words += ["--without-pass", passes] }
    if let images { words += ["--images", images] }
    words += ["--feed", layer.feed.rawValue, "--match", "'^\(layer.layer)$'"]
    return words.joined(separator: " ")
  }
}

/// The feeds as the command line names them.
enum FeedChoice: String, ExpressibleByArgument, CaseIterable {
  case isolated
  case network
  case both

  var feeds: Set<LayerResult.Feed> {
    switch self {
    case .isolated: [.isolated]
    case .network: [.network]
    case .both: [.isolated, .network]
    }
  }
}
