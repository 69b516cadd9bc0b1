import Files
import ArgumentParser
import Bench
import Formats
import Kernels
import Net
import Plugins
import Report
import Verify

/// `densecam selftest` checks whether the verdicts can be trusted.
struct SelfTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Inject known faults into the backends and count which are caught.",
    discussion: """
      Each fault of a catalogue is put into each backend, on layers cut out of a network with their \
      weights and activations and on single convolutions of every kind. Errors beyond the worst-case \
      bound must FAIL, and right kernels on random problems must pass: on ordinary numbers, on numbers \
      that underflow, and on sums that overflow. The same figures are given for the policies of other \
      tools. Only FAIL counts as caught, as `verify` exits with 0 on MARGINAL. What no result fails goes \
      through the checks of `plugin check`; faults that reach into memory run in a process of their own, on \
      guarded operands.

      EXAMPLES
        densecam selftest                            everything, some minutes
        densecam selftest --backend tiled --seeds 50 --fault dropped-channel
        densecam selftest --list                     the catalogue
        densecam selftest --cheats .build/cheats     kernels that try to deceive
      """)

  @OptionGroup var threading: ThreadOptions
  @OptionGroup var backends: BackendOptions

  @Option(
    help: ArgumentHelp("The network whose layers are struck, or none.", valueName: "model"))
  var model = "densenet169@1"

  @Option(
    help: ArgumentHelp("Inject only these faults, comma-separated.", valueName: "names"))
  var fault: String?

  @Option(help: ArgumentHelp("Random problems for right kernels.", valueName: "count"))
  var seeds = 1000

  @Option(
    help: ArgumentHelp(
      "Check the kernels in a folder that are wrong on purpose, as `make cheats` builds them into .build/cheats, and do "
        + "nothing else.", valueName: "folder"))
  var cheats: String?

  @Flag(help: "List the catalogue and do nothing.")
  var list = false

  /// Tables, and all numbers as JSON.
  enum Formats: FormatOffer {
    static let formats: [OutputFormat] = [.table, .md, .json]
  }

  @OptionGroup var format: FormatOption<Formats>

  func run() throws {
    if let cheats { return try check(cheats) }
    let faults = try chosenFaults()
    if list {
      let width = faults.map(\.name.count).max() ?? 0
      for fault in faults {
        try print(
          fault.name + String(repeating: " ", count: width - fault.name.count + 2) + fault.summary)
      }
      return
    }
    guard (0...1_000_000).contains(seeds) else {
      throw UsageError("--seeds \(seeds) is not in 0...1000000")
    }
    Interruption.listen()
    let team = try WorkerTeam(count: threading.count)
    let chosen = try backends.choices(default: .all)
    var test = SelfTest(backends: chosen, faults: faults, team: team)
    let isolation = FaultIsolation(instructionSet: try .selected())
    test.isolated = { try isolation.backends(with: $0) }
    let trials = try inject(test, team)
    let (alarms, judged) = try judgeRight(test)
    let context = ReportContext(
      version: Densecam.version, machine: try .current(), model: model, symbolSHA256: "",
      weightsSHA256: "", command: Console.commandLine, plugins: try backends.plugins.records())
    let report = SelfTestReport(
      context: context, threads: team.count, faults: faults, policies: test.policies,
      trials: trials, alarms: alarms, seeds: judged > 0 ? 1...UInt64(judged) : nil)
    try Output.write(format.format.text(document: report.document(), [.json: report.json]))
    if Interruption.isRequested { throw ExitStatus.interrupted }
    if !report.isSharp { throw ExitStatus.mismatch }
  }

  private func chosenFaults() throws -> [Fault] {
    guard let fault else { return Fault.catalogue }
    return try fault.split(separator: ",").map { name in
      guard let found = Fault.catalogue.first(where: { $0.name == name }) else {
        throw UsageError("there is no fault \(name); `densecam selftest --list` names them")
      }
      return found
    }
  }

  /// Injects the faults into layers of the network and into single convolutions.
  private func inject(_ test: SelfTest, _ team: WorkerTeam) throws -> [SelfTest.Trial] {
    let progress = ProgressBar("injecting faults")
    defer { progress.clear() }
    let network = try model == "none" ? nil : Model(model, team: team)
    network?.tellRemark()
    let targets = try SelfTest.targets(of: network, team: team)
    var trials: [SelfTest.Trial] = []
    for (index, target) in targets.enumerated() where !Interruption.isRequested {
      trials += try test.inject(into: target.target, caseName: target.caseName)
      progress.update(Double(index + 1) / Double(targets.count))
    }
    return trials
  }

  /// Judges right kernels; returns their verdicts and how many seeds were judged.
  private func judgeRight(_ test: SelfTest) throws -> (SelfTest.FalseAlarms, Int) {
    let progress = ProgressBar("judging right kernels")
    defer { progress.clear() }
    var alarms = test.noAlarms
    var judged = 0
    while judged < seeds, !Interruption.isRequested {
      judged += 1
      try test.judgeRight(seed: UInt64(judged), into: &alarms)
      progress.update(Double(judged) / Double(seeds))
    }
    return (alarms, judged)
  }

  /// Has every kernel of a folder checked; each must fail.
  private func check(_ folder: String) throws {
    let names = try PluginFolder.files(in: folder)
    let team = try WorkerTeam(count: threading.count)
    let progress = ProgressBar("cheats")
    var report = CheatReport(entries: [])
    for (index, path) in names.enumerated() {
      progress.update(Double(index) / Double(names.count))
      for backend in try IsolatedBackend.all(
        of: PluginFile(path: path), program: PluginOptions.program, instructionSet: .selected(),
        limits: KernelLimits(seconds: 2, memoryByteCount: 4 << 30))
      {
        var examination = BehaviorExamination(of: backend, team: team)
        examination.problemCount = 20
        report.entries.append(
          CheatReport.Entry(name: backend.name, results: try examination.run()))
      }
    }
    progress.clear()
    try Output.write(format.format.text(document: report.document(), [:]))
    if !report.isSharp { throw ExitStatus.mismatch }
  }
}
