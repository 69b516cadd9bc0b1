import ArgumentParser
import Files
import Kernels
import Plugins
import Report
import Verify

/// `densecam plugin check`: whether a kernel can be accepted.
struct PluginCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Judge a kernel and how it behaves: the acceptance test.",
    discussion: """
      Random problems are judged by their bounds, on operands between protected pages. Then the kernel is run again \
      and again: with the same data and with others, on several threads, on negated and scaled inputs and on single \
      impulses, while its process is watched.

      EXAMPLES
        densecam plugin check mykernel.so
        densecam plugin check mykernel.so --backend mykernel --seeds 500

      EXIT STATUS
        0 nothing is wrong   1 something is   2 the file is not a plugin
      """)

  @Argument(help: ArgumentHelp("The shared library.", valueName: "file"))
  var file: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("One of its backends; all unless given.", valueName: "name"))
  var backend: String?

  @Option(
    help: ArgumentHelp("Random problems of each of four kinds of numbers.", valueName: "count"))
  var seeds = 60

  @Option(
    help: ArgumentHelp("Seconds that one call may take before it is stopped.", valueName: "seconds")
  )
  var timeout = 10.0

  @OptionGroup var threading: ThreadOptions

  func validate() throws {
    guard (1...100_000).contains(seeds) else { throw ValidationError("--seeds takes 1 to 100000") }
    guard timeout > 0, timeout <= 1e6 else {
      throw ValidationError("--timeout takes a number of seconds above 0")
    }
  }

  func run() throws {
    let backends = try IsolatedBackend.all(
      of: PluginFile(path: file), program: PluginOptions.program,
      instructionSet: .selected(), limits: KernelLimits(seconds: timeout))
    let chosen = backends.filter { backend == nil || $0.name == backend }
    guard !chosen.isEmpty else {
      throw UsageError(
        "\(file): has no backend \(backend ?? ""); there are "
          + backends.map(\.name).joined(separator: ", "))
    }
    let team = try WorkerTeam(count: threading.count)
    var isGood = true
    for backend in chosen {
      var examination = BehaviorExamination(of: backend, team: team)
      examination.problemCount = seeds
      let progress = ProgressBar(backend.name)
      let checks = BehaviorCheck.allCases
      let results = try examination.run { check in
        progress.update(
          Double(checks.firstIndex(of: check) ?? 0) / Double(checks.count))
      }
      progress.clear()
      let report = BehaviorReport(backend: backend.name, results: results)
      try Output.write(
        report.document().text(
          width: Console.columns ?? Document.standardWidth, color: Console.usesColor))
      isGood = isGood && report.isGood
    }
    if !isGood { throw ExitStatus.mismatch }
  }
}
