import ArgumentParser
import Formats
import Kernels
import Net
import Report

/// `densecam list`: the available choices.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List backends, models, passes, a network's layers or what results hold.",
    discussion: """
      EXAMPLES
        densecam list backends
        densecam list columns                       the numbers of verify and bench, by name
        densecam list layers --model densenet121
      """)

  enum Subject: String, ExpressibleByArgument, CaseIterable {
    case backends
    case columns
    case layers
    case models
    case passes
  }

  @Argument(help: ArgumentHelp("backends, columns, layers, models or passes.", valueName: "what"))
  var subject: Subject

  @OptionGroup var model: ModelOptions
  @OptionGroup(title: "PLUGINS") var plugins: PluginOptions

  @Option(
    help: ArgumentHelp("WIDTHxHEIGHT of pictures; the network's own size unless given."))
  var size: String?

  func run() throws {
    switch subject {
    case .backends:
      try printAligned(plugins.registry().all.map { [$0.name, $0.summary] })
    case .columns: try Output.write(ColumnList.document.text())
    case .passes:
      try printAligned(Pass.allCases.map { [$0.rawValue, $0.summary] })
    case .models:
      try printAligned(ModelSources.all.flatMap(\.entries).map { [$0.name, $0.summary] })
    case .layers:
      try listLayers()
    }
  }

  private func listLayers() throws {
    let (network, _) = try model.load()
    let shape = try network.inputShape(size: size)
    let shapes: [TensorShape]
    do {
      shapes = try network.graph.shapes(input: shape, parameters: network.parameters)
    } catch {
      guard size == nil else { throw error }
      throw UsageError("\(error); give the size that the network takes with --size WIDTHxHEIGHT")
    }
    var rows: [[String]] = []
    for (index, node) in network.graph.nodes.enumerated() {
      let problem = try node.inputs.first.flatMap {
        try node.convolutionProblem(input: shapes[$0])
      }
      rows.append([
        node.name, node.operation.name, "\(shapes[index])", problem.map { "\($0)" } ?? "",
      ])
    }
    try printAligned(rows)
  }

  /// Prints columns of the widths that they need.
  private func printAligned(_ rows: [[String]]) throws {
    let rows = rows.map { $0.map(\.escaped) }
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      var line = ""
      for (text, width) in zip(row, widths) {
        line += text + String(repeating: " ", count: width - text.count + 2)
      }
      while line.last == " " { line.removeLast() }
      try print(line)
    }
  }
}
