import ArgumentParser
import Bench
import Files
import Kernels
import Net
import Report
import Verify

/// `densecam verify` checks whether every kernel is right.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare backends with goldens, or with the definition, layer by layer.",
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

  @Option(help: ArgumentHelp("The seed of the numbers of --problems.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Judge the results in this JSON, or lines of JSON, again, by its own policy or another; nothing is run.",
      valueName: "file"))
  var from: String?

  @Option(
    help: ArgumentHelp(
      "isolated, network or both; both unless given, but isolated with --match.",
      valueName: "feed"))
  var feed: FeedChoice?

  @Option(
    help: ArgumentHelp("Judge only layers whose name matches.", valueName: "regex"),
    transform: FileName.plain)
  var match: String?

  @OptionGroup var policy: PolicyOptions

  @Option(
    help: ArgumentHelp(
      "Prepare the inputs again from the pictures in this folder, instead of using the golden's.",
      valueName: "folder"))
  var images: String?

  @OptionGroup var precision: GoldenPrecisionOption

  @Flag(help: "Show every layer, not only the worst.")
  var all = false

  /// Every format.
  enum Formats: FormatOffer {
    static let formats = OutputFormat.allCases
  }

  @OptionGroup var format: FormatOption<Formats>

  @OptionGroup var destination: DestinationOptions
  @OptionGroup var saving: SaveOption

  func run() throws {
    Interruption.listen()
    try destination.check()
    try saving.check()
    let report: VerifyReport
    let rerun: (String, LayerResult) -> [String]
    if let from {
      try checkNothingIsRun()
      report = try read(from)
      rerun = try RerunCommand.saved(report)
    } else if let problems {
      (report, rerun) = try verify(problems: problems)
    } else {
      (report, rerun) = try verifyGoldens()
    }
    try saving.write("verify", date: report.context.machine.date, report.jsonLines)
    if writesAsTheyCome {
      try Output.write(report.closingLines())
      if Interruption.isRequested { throw ExitStatus.interrupted }
      return try finish(report)
    }
    let isEmpty = report.goldens.flatMap(\.cases).allSatisfy { $0.verdict == nil }
    if isEmpty, !Interruption.isRequested { try finish(report) }
    try destination.write(
      report.text(as: format.format, all: all, isForFile: destination.isFile, rerun: rerun))
    if Interruption.isRequested { throw ExitStatus.interrupted }
    try finish(report)
  }

  /// Whether results are written one by one: lines are of use even if the run is killed, and a file appears whole or
  /// not at all.
  private var writesAsTheyCome: Bool {
    format.format == .jsonl && !destination.isFile && from == nil
  }

  /// Ends with the verdict's exit status.
  private func finish(_ report: VerifyReport) throws {
    switch report.verdict {
    case .fail, .outOfMemory, .timedOut, .crashed: throw ExitStatus.mismatch
    case .pass, .marginal: break
    case .mistrusted:
      // A right kernel on informative data may be next to one on uninformative data.
      let verdicts = report.goldens.flatMap(\.cases).flatMap(\.layers).map(\.verdict)
      guard verdicts.contains(where: { $0 == .pass || $0 == .marginal }) else { fallthrough }
    case .fellBack, .skipped, .unsupported, nil:
      printError(
        "densecam: error: nothing was compared"
          + (match.map { ": no layer that was judged has a name that matches \($0)" } ?? ""))
      throw ExitStatus.nothingCompared
    }
  }

  private typealias Outcome = (report: VerifyReport, rerun: (String, LayerResult) -> [String])

  private func verifyGoldens() throws -> Outcome {
    let choice = try policy.choice()
    let team = try WorkerTeam(count: model.threading.count)
    let options = try backends.planOptions()
    let models = ModelCache(team: team)
    var verification = GoldenVerification(
      runs: try backends.choices(default: .all).map {
        VerificationRun(name: $0.name, backends: $0, options: options)
      },
      feeds: (feed ?? (match == nil ? .both : .isolated)).feeds, policy: choice.policy, team: team
    ) { [name = model.model] in try models.model(of: $0, named: name) }
    verification.isExact = choice.isExact
    verification.match = match
    verification.precision = precision.goldenPrecision
    if let images {
      verification.prepare = { try $0.input(fromPicturesIn: images, golden: $1) }
    }
    verification.shouldStop = { Interruption.isRequested }
    var bar = ProgressBar("")
    defer { bar.clear() }
    verification.progress = { title, share in
      if bar.title != title.escaped {
        bar.clear()
        bar = ProgressBar(title)
      }
      bar.update(share)
    }
    var seen: Set<ExactName> = []
    let paths = try GoldenPaths.resolve(goldens).filter { seen.insert($0) }
    if writesAsTheyCome {
      let goldens = try paths.map {
        GoldenResult(path: $0, header: try GoldenFile(path: $0).header, cases: [])
      }
      try Output.write(report(of: goldens, verification.policy, team).openingLine())
      verification.found = {
        try Output.write(VerifyReport.line($0, golden: $1, goldenCase: $2))
      }
    }
    let results = try verification.run(paths)
    bar.clear()
    let report = try report(of: results, verification.policy, team)
    let command = RerunCommand(report.settings, on: report.context.machine)
    return (report, { golden, layer in [command.layer(layer, of: golden)] })
  }

  private func verify(problems: String) throws -> Outcome {
    let choice = try policy.choice()
    guard goldens.isEmpty else { throw UsageError("--problems takes no goldens") }
    let team = try WorkerTeam(count: model.threading.count)
    var values = ConvolutionTrial.Values.uniform
    var rules = Policy.bitwise
    switch choice {
    case .exact: values = .integers
    case .policy(let policy): rules = policy
    }
    var verification = ProblemVerification(
      source: problems, seed: seed,
      sweep: ProblemSweep(
        backends: try backends.choices(default: .all), options: try backends.planOptions(),
        policy: rules, team: team),
      values: values)
    verification.shouldStop = { Interruption.isRequested }
    let progress = ProgressBar(problems)
    verification.progress = { progress.update($0) }
    if writesAsTheyCome {
      let empty = try verification.empty()
      try Output.write(report(of: [empty], rules, team).openingLine())
      verification.found = {
        try Output.write(
          VerifyReport.line($0, golden: empty.path, goldenCase: ProblemVerification.caseName))
      }
    }
    let result = try verification.run()
    progress.clear()
    let report = try report(of: [result], rules, team)
    let command = RerunCommand(report.settings, on: report.context.machine)
    var failures = 0
    return (
      report,
      { [verification] _, layer in
        failures += 1
        return command.problem(
          layer, of: verification, shrinking: failures <= RerunCommand.shrunkFailures)
      }
    )
  }

  /// Reads saved results and judges them: as the run did unless options say otherwise.
  private func read(_ path: String) throws -> VerifyReport {
    var rules: Policy?
    if policy.isGiven {
      guard case .policy(let given) = try policy.choice() else {
        throw UsageError("--policy exact has to run; --from judges saved results")
      }
      rules = given
    }
    var report = try VerifyReport(path: path)
    if let rules {
      report.judge(by: rules)
      policy.note(in: &report.settings)
    }
    return report
  }

  /// Refuses options that would require a run besides saved results.
  private func checkNothingIsRun() throws {
    let others: [(Bool, String)] = [
      (!goldens.isEmpty, "goldens"), (problems != nil, "--problems"), (feed != nil, "--feed"),
      (match != nil, "--match"), (images != nil, "--images"),
      (backends.backend != nil, "--backend"), (!backends.plugins.files.isEmpty, "--plugin"),
      (backends.noFuse, "--no-fuse"), (backends.withoutPass != nil, "--without-pass"),
      (precision.setting != nil, "--golden-precision"), (model.model != nil, "--model"),
      (model.threading.threads != nil, "--threads"),
    ]
    guard let other = others.first(where: \.0)?.1 else { return }
    throw UsageError("--from judges saved results; it takes no \(other)")
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
        command: Console.commandLine, plugins: try backends.plugins.records()),
      threads: team.count, policy: policy, settings: settings, goldens: goldens)
  }

  /// The options of a command that repeats a part of this run.
  private var settings: RunSettings {
    var settings = RunSettings()
    settings.model = model.model
    settings.threads = model.threading.threads
    settings.noFuse = backends.noFuse
    settings.withoutPass = backends.withoutPass
    settings.images = images
    settings.problems = problems
    settings.goldenPrecision = precision.setting
    settings.isolates = backends.plugins.isolate ? true : nil
    settings.plugins = backends.plugins.paths.isEmpty ? nil : backends.plugins.paths
    policy.note(in: &settings)
    return settings
  }
}
