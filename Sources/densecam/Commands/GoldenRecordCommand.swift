import ArgumentParser
import Bench
import Explain
import Files
import FoundationEssentials
import Glibc
import Kernels
import Net
import Report
import Verify

/// `densecam golden record`: compute a golden in double precision and store it.
struct GoldenRecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Compute activations and maps in double precision and store them.",
    discussion: """
      The graph is run as it is, with nothing fused, and the results are the same bits on every \
      machine. A second run in 32 bits shows how far rounding alone moves each value. The file gets \
      its name when it is complete and has been read back; Ctrl-C leaves nothing of it. Recording \
      over a golden prints what changed.

      EXAMPLES
        densecam golden record --model densenet-mini@1 --image photo.png -o mini.h5
        densecam golden record --model densenet169@1 --image a.jpg --image b.jpg \\
            --taps '_concat(6|12|32)$|^relu1$' -o dense.h5 --allow-overwrite
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var input: InputOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Pictures; each becomes a case of its file's name.", valueName: "file"))
  var image: [String]

  @Option(
    help: ArgumentHelp("Nodes whose outputs to store; all unless given.", valueName: "regex"),
    transform: FileName.plain)
  var taps: String?

  @Option(help: ArgumentHelp("Class names, one per line.", valueName: "file"))
  var labels: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @Flag(help: "Replace a file that exists.")
  var allowOverwrite = false

  func run() throws {
    let pattern = try taps.map { text in
      do {
        return try Regex(text)
      } catch {
        throw UsageError("--taps \(text): is not a regular expression")
      }
    }
    guard !image.isEmpty else { throw UsageError("--image names no picture") }
    let exists = unsafe access(output.systemPath, F_OK) == 0
    guard allowOverwrite || !exists else {
      throw GoldenError(.exists, path: output, "exists; use --allow-overwrite to record it again")
    }
    try OutputFile.check(output, overwriting: true)
    let (network, team) = try model.loadForPictures()
    let preprocessing = try input.preprocessing(for: network)
    let inputs = try image.map { path in
      let name = FileName.last(of: path)
      return GoldenRecorder.Input(
        name: name, source: name, sourceSHA256: try SHA256Digest.ofFile(path),
        preprocessing: preprocessing.description,
        tensor: try preprocessing.prepare(path).warned(of: path).input)
    }
    guard Set(names: inputs.map(\.name)).count == inputs.count else {
      throw UsageError("two pictures have the same file name, which names their cases")
    }
    let shapes = try network.graph.shapes(
      input: inputs[0].tensor.shape, parameters: network.parameters)
    let labels =
      if let classifier = Classifier(of: network.graph, shapes: shapes) {
        try Labels(path: labels, classCount: classifier.classCount)
      } else if let labels {
        throw UsageError("--labels \(labels): the network has no classes")
      } else {
        Labels.none
      }
    let noMaps = Self.whyNoMaps(of: network.graph, shapes: shapes)
    let digests = try network.digests()
    let machine = try MachineDescription.current()
    let recorder = GoldenRecorder(
      graph: network.graph, parameters: network.parameters,
      header: GoldenHeader(
        generator: "densecam", generatorVersion: Densecam.version, precision: .f64,
        model: network.name, weightsSHA256: digests.weights, symbolSHA256: digests.graph,
        created: Console.timestamp, command: Console.commandLine,
        instructionSet: machine.instructionSet,
        blas: "\(machine.blasConfiguration), \(machine.blasCore)",
        swiftVersion: machine.swiftVersion), team: team)
    // Opened before it is replaced, it can be read afterwards.
    let old = exists ? Result { try GoldenFile(path: output) } : nil
    try record(inputs, with: recorder, labels: labels, pattern)
    let golden = try GoldenFile(path: output)
    for goldenCase in golden.cases {
      try print(
        "\(output): \(goldenCase.name): \(goldenCase.activationShapes.count) activations, "
          + (noMaps.map { "no maps: \($0)" } ?? "\(goldenCase.maps.count) maps"))
    }
    guard let old else { return }
    let change: String
    do {
      change = "against the file before: \(try GoldenDiff(from: old.get(), to: golden).summary)"
    } catch {
      change = "the file before could not be compared: \(error)"
    }
    try print("\(output): \(change)")
  }

  private static func whyNoMaps(of graph: Graph, shapes: [TensorShape]) -> String? {
    do throws(GraphError) {
      _ = try ClassifierHead(of: graph, shapes: shapes)
      return nil
    } catch {
      return error.cause
    }
  }

  /// Records until it is done or Ctrl-C is pressed.
  private func record(
    _ inputs: [GoldenRecorder.Input], with recorder: GoldenRecorder, labels: Labels,
    _ pattern: Regex<AnyRegexOutput>?
  ) throws {
    let progress = ProgressBar("recording")
    Interruption.listen()
    // A signal that asks the command to end, or a closed terminal, counts as a Ctrl-C, too: the temporary
    // file has to be removed.
    for number in [SIGTERM, SIGHUP] { signal(number) { _ in raise(SIGINT) } }
    do {
      try recorder.record(
        inputs, to: output, overwriting: allowOverwrite, labels: labels.lines,
        includes: { name in pattern.map { name.contains($0) } ?? true }
      ) { share in
        if Interruption.isRequested { throw ExitStatus.interrupted }
        progress.update(share)
      }
    } catch ExitStatus.interrupted {
      progress.clear()
      printError("densecam: interrupted; \(output) is as it was")
      throw ExitStatus.interrupted
    }
    progress.clear()
  }
}
