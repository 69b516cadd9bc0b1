import ArgumentParser
import Bench
import Files
import Formats
import Kernels
import Net
import Report
import Verify

/// `densecam bisect` names the steps that a backend gets wrong.
struct BisectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect",
    abstract: "Find the first step that a backend gets wrong, and those that flip the answer.",
    discussion: """
      Every step of the bad backend is run alone on the golden's values: those that break their bound are \
      named. If the bad backend changes the most likely class or a Class Activation Map, steps are \
      swapped with the good backend until the smallest set is left that still does.

      EXAMPLES
        densecam bisect golden/mini.h5 --bad winograd
        densecam bisect golden/mini.h5 --good naive --bad tiled --case photo.png

      EXIT STATUS
        0 nothing is wrong   1 a step or the answer is wrong
      """)

  @Argument(help: ArgumentHelp("The golden file.", valueName: "golden"))
  var golden: String

  @Option(help: ArgumentHelp("The backend that is trusted.", valueName: "name"))
  var good = "naive"

  @Option(help: ArgumentHelp("The backend that is not.", valueName: "name"))
  var bad: String

  @Option(
    name: .customLong("case"),
    help: ArgumentHelp("The case to run; the first unless given.", valueName: "name"))
  var caseName: String?

  @OptionGroup var model: ModelOptions

  @Flag(help: "Compute every node of the graph by a separate step.")
  var noFuse = false

  @OptionGroup(title: "PLUGINS") var plugins: PluginOptions

  func run() throws {
    let registry = try plugins.registry()
    let choices = try [good, bad].map { try BackendOptions.choice(named: $0, from: registry) }
    let team = try WorkerTeam(count: model.threading.count)
    let file = try GoldenFile(path: golden)
    guard let chosen = file.cases.first(where: { caseName.map($0.name.hasSameBytes) ?? true })
    else {
      throw UsageError(
        "\(golden) has no case \(caseName ?? ""); there are "
          + file.cases.map(\.name).joined(separator: ", "))
    }
    let network = try Model(of: file, named: model.model, team: team)
    let search = Bisection(
      verifier: Verifier(
        graph: network.graph, parameters: network.parameters, golden: file, team: team),
      goldenCase: chosen, good: choices[0], bad: choices[1],
      options: noFuse ? .unfused : .standard)
    let outcome = try search.search { text in
      if Console.errorIsTerminal { printError(text) }
    }
    let machine = try MachineDescription.current()
    let report = BisectReport(outcome: outcome, good: good, bad: bad)
    for line in report.lines(rerun: { rerun($0, on: machine) }) { try print(line) }
    guard outcome.culprits.isEmpty, !outcome.flips else { throw ExitStatus.mismatch }
  }

  /// A command that judges one step again.
  func rerun(_ layer: LayerResult, on machine: MachineDescription) -> String {
    var settings = RunSettings()
    settings.model = model.model
    settings.threads = model.threading.threads
    settings.noFuse = noFuse
    settings.plugins = plugins.paths.isEmpty ? nil : plugins.paths
    return RerunCommand(settings, on: machine).layer(layer, of: golden, backend: bad)
  }
}
