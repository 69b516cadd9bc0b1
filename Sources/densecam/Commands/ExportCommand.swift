import ArgumentParser
import Glibc
import Kernels
import Net

/// `densecam export`: save a network as a checkpoint that MXNet loads.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Save a network as an MXNet checkpoint.",
    discussion: """
      Writes PREFIX-symbol.json and PREFIX-EPOCH.params, which MXNet 1.x and densecam load.

      EXAMPLE
        densecam export densenet-mini@1 mini:0
      """)

  @Argument(help: ArgumentHelp("The network, as for --model.", valueName: "model"))
  var model: String

  @Argument(help: ArgumentHelp("Where to: PREFIX:EPOCH.", valueName: "checkpoint"))
  var checkpoint: String

  @Flag(help: "Replace files that exist.")
  var force = false

  @OptionGroup var threading: ThreadOptions

  func run() throws {
    let files = try CheckpointFiles(checkpoint)
    try OutputFile.check(files.symbol, overwriting: force)
    try OutputFile.check(files.parameters, overwriting: force)
    let network = try Model(model, team: WorkerTeam(count: threading.count))
    network.tellRemark()
    try network.graph.write(mxnetSymbolFile: files.symbol)
    try network.parameters.write(mxnetFile: files.parameters, for: network.graph)
    try print(files.symbol)
    try print(files.parameters)
  }
}
