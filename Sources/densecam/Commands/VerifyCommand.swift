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
    abstract: "Hold backends against goldens, or against the definition, layer by layer.",
    discussion: """
      With the isolated feed, each layer is given the golden's own values: an error is its kernel's. \
      With the network feed, it is given what the layers before it computed: an error may be \
      inherited. An element passes if its error is what the rounding of its sum makes likely, is \
      MARGINAL up to what rounding makes possible, and fails beyond.

      EXAMPLES
        densecam verify                    golden/*.h5 on all backends
        densecam verify golden/mini.h5 --backend naive
        densecam verify ref.h5 --model d169:0 --images photos
        densecam verify --match 'conv2$' --format json -o results.json
        densecam verify --from results.json --atol 1e-5 --rtol 1e-4
        densecam verify --problems problems/resnet152.txt --backend winograd
        densecam verify --problems random:1000@42 --policy exact
        densecam verify --problems mb1ic128ih28oc32oh28kh3ph1+bias+relu

      EXIT STATUS
        0 PASS or MARGINAL   1 FAIL   2 usage or bad input
        4 no such golden, or another model's   5 nothing was compared
      """)

  @Argument(help: ArgumentHelp("Golden files; golden/*.h5 if none is named.", valueName: "golden"))
  var goldens: [String] = []

  @OptionGroup var model: ModelOptions
  @OptionGroup var backends: BackendOptions

  @Option(
    help: ArgumentHelp(
      "Check single convolutions: a file, random:N@SEED, or one in benchdnn's notation.",
      valueName: "list"))
  var problems: String?

  @Option(help: ArgumentHelp("What --problems draws its numbers from.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Judge the results in this JSON again; nothing is run.", valueName: "file"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "isolated, network or both; both unless given, but isolated with --match.",
      valueName: "feed"))
  var feed: FeedChoice?

  @Option(help: ArgumentHelp("Judge only layers whose name matches.", valueName: "regex"))
  var match: String?

  @OptionGroup var policy: PolicyOptions

  @Option(
    help: ArgumentHelp(
      "Prepare the inputs anew from the pictures in this folder, instead of taking the golden's.",
      valueName: "folder"))
  var images: String?

  @Flag(help: "Show every layer, not only the worst.")
  var all = false

  @Option(help: ArgumentHelp("table, md, csv, json, jsonl or junit.", valueName: "format"))
  var format: VerifyFormat = .table

  @OptionGroup var destination: DestinationOptions

  func run() throws {
    Interruption.listen()
    try destination.check()
    let choice = try policy.choice()
    let report: VerifyReport
    var rerun: (String, LayerResult) -> [String] = goldenCommand
    if let from {
      report = try judgeAgain(from, choice)
      rerun = { _, _ in [] }
    } else {
      let team = try WorkerTeam(count: model.threading.count)
      if let problems {
        let sweep = try sweep(problems, choice, team)
        report = try self.report(of: [sweep.run()], sweep.sweep.policy, team)
        var failures = 0
        rerun = { _, layer in
          failures += 1
          return sweep.rerun(layer, shrinking: failures <= ProblemVerification.shrunkFailures)
        }
      } else {
        let verification = GoldenVerification(
          model: model.model, backends: try backends.backends(default: Backends.all),
          options: try backends.planOptions(),
          feeds: (feed ?? (match == nil ? .both : .isolated)).feeds, match: match, images: images,
          choice: choice, team: team)
        report = try self.report(
          of: verification.run(GoldenPaths.resolve(goldens)), verification.policy, team)
      }
    }
    let isEmpty = report.goldens.flatMap(\.cases).allSatisfy { $0.verdict == nil }
    if isEmpty, !Interruption.isRequested { try finish(report) }
    try destination.write(format.text(report, all: all, rerun: rerun))
    if Interruption.isRequested { throw ExitStatus.interrupted }
    try finish(report)
  }

  /// Ends with the status that the verdict asks for.
  private func finish(_ report: VerifyReport) throws {
    switch report.verdict {
    case .fail: throw ExitStatus.mismatch
    case .pass, .marginal: break
    case .mistrusted:
      // A right kernel on telling data may stand beside one on data that tells nothing.
      let verdicts = report.goldens.flatMap(\.cases).flatMap(\.layers).map(\.verdict)
      guard verdicts.contains(where: { $0 == .pass || $0 == .marginal }) else { fallthrough }
    case .fellBack, .skipped, .unsupported, nil:
      printError(
        "densecam: error: nothing was compared"
          + (match.map { ": no layer that was judged has a name that matches \($0)" } ?? ""))
      throw ExitStatus.nothingCompared
    }
  }

  private func report(of goldens: [VerifyReport.Golden], _ policy: Policy, _ team: WorkerTeam)
    throws -> VerifyReport
  {
    let header = goldens.last?.header
    return VerifyReport(
      context: ReportContext(
        version: Densecam.version, machine: try .current(),
        model: model.model ?? header?.model ?? "",
        symbolSHA256: header?.symbolSHA256 ?? "", weightsSHA256: header?.weightsSHA256 ?? "",
        command: Console.commandLine),
      threads: team.count, policy: policy, goldens: goldens)
  }

  private func judgeAgain(_ path: String, _ choice: PolicyOptions.Choice) throws -> VerifyReport {
    guard goldens.isEmpty, problems == nil else {
      throw UsageError("--from judges what was run before; it takes no goldens and no --problems")
    }
    guard case .policy(let policy) = choice else {
      throw UsageError("--policy exact has to run; --from judges what was run before")
    }
    var report = try VerifyReport(
      json: SmallTextFile.read(path, upTo: 1 << 30), name: path)
    report.judge(by: policy)
    return report
  }

  private func sweep(_ problems: String, _ choice: PolicyOptions.Choice, _ team: WorkerTeam) throws
    -> ProblemVerification
  {
    guard goldens.isEmpty else { throw UsageError("--problems takes no goldens") }
    var words = policy.words
    if backends.noFuse { words.append("--no-fuse") }
    if let passes = backends.withoutPass { words += ["--without-pass", passes] }
    var values = ConvolutionTrial.Values.uniform
    var rules = Policy.bitwise
    switch choice {
    case .exact: values = .integers
    case .policy(let policy): rules = policy
    }
    return ProblemVerification(
      source: problems, seed: seed,
      sweep: ProblemSweep(
        backends: try backends.backends(default: Backends.all), options: try backends.planOptions(),
        policy: rules, team: team),
      values: values, options: words)
  }

  /// A command that judges one layer of a golden again, as it was judged here.
  private func goldenCommand(_ golden: String, _ layer: LayerResult) -> [String] {
    var words = ["densecam verify", golden.shellQuoted, "--backend", layer.requested]
    if let name = model.model { words += ["--model", name.shellQuoted] }
    if let threads = model.threading.threads { words += ["--threads", "\(threads)"] }
    if backends.noFuse { words.append("--no-fuse") }
    if let passes = backends.withoutPass { words += ["--without-pass", passes] }
    if let images { words += ["--images", images.shellQuoted] }
    words += policy.words
    words += ["--feed", layer.feed.rawValue, "--match", "^\(layer.layer)$".shellQuoted]
    return [words.joined(separator: " ")]
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

/// How the results of a verification are written.
enum VerifyFormat: String, ExpressibleByArgument, CaseIterable {
  case table
  case md
  case csv
  case json
  case jsonl
  case junit

  /// The text of a report.
  func text(
    _ report: VerifyReport, all: Bool, rerun: (_ golden: String, _ layer: LayerResult) -> [String]
  ) throws -> String {
    switch self {
    case .table:
      report.document(all: all, rerun: rerun).text(
        width: Console.columns ?? Report.standardWidth, color: Console.usesColor)
    case .md: report.document(all: all, rerun: rerun).markdown()
    case .csv: report.csv()
    case .json: try report.json()
    case .jsonl: try report.jsonLines()
    case .junit: report.junit(rerun: rerun)
    }
  }
}
