import ArgumentParser
import Files
import Formats
import Glibc
import Kernels
import Net

/// `densecam export`: save a network.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Save a network in another program's format.",
    discussion: """
      The name of the place decides the format:
        \(ModelWriters.all.map { "\($0.entry.name)  \($0.entry.summary)" }.joined(separator: "\n  "))

      EXAMPLE
        densecam export densenet-mini@1 mini:0
      """)

  @Argument(help: ArgumentHelp("The network, as for --model.", valueName: "model"))
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Where to: \(ModelWriters.all.map(\.entry.name).joined(separator: " or ")).",
      valueName: "place"))
  var place: String

  @Flag(help: "Replace files that exist.")
  var force = false

  @OptionGroup var threading: ThreadOptions

  func run() throws {
    let writer = try ModelWriters.writer(of: place)
    let files = try writer.files(of: place)
    for file in files { try OutputFile.check(file, overwriting: force) }
    let network = try Model(model, team: WorkerTeam(count: threading.count))
    network.tellRemark()
    try writer.write(network, to: place)
    for file in files { try print(file) }
  }
}
