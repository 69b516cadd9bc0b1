import ArgumentParser
import Bench
import Files
import Formats
import Kernels
import Net
import Report
import Verify

/// `densecam bench` tells how fast every layer is, and whether it is right.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time backends, layer by layer, after judging them.",
    discussion: """
      The candidates take turns, so that a change of the machine's speed hits all alike. No time is \
      printed without a verdict: each layer is first compared with a double-precision run.

      EXAMPLES
        densecam bench
        densecam bench --backend all --threads 1,2 --layers
        densecam bench --threads 1 --layers --cache network,hot
        densecam bench --model densenet121 --batch 1,8 --format json > bench.json
      """)

  @Option(help: ArgumentHelp("The network, as for cam and verify.", valueName: "model"))
  var model = "densenet169@1"

  @OptionGroup var backends: BackendOptions

  @Option(
    name: [.short, .long], parsing: .unconditional,
    help: ArgumentHelp("Numbers of threads, comma-separated.", valueName: "counts"))
  var threads: String?

  @Option(help: ArgumentHelp("Batch sizes, comma-separated.", valueName: "counts"))
  var batch = "1"

  @Option(help: ArgumentHelp("WIDTHxHEIGHT of the input.", valueName: "size"))
  var size: String?

  @Option(
    help: ArgumentHelp(
      "Where weights and data lie, comma-separated: network, as the layers before have left them; "
        + "hot, in the cache, each convolution in a loop of its own (shown by --layers).",
      valueName: "where"))
  var cache = "network"

  @Option(help: ArgumentHelp("Runs of each candidate, instead of a time.", valueName: "count"))
  var repetitions: Int?

  @Option(help: ArgumentHelp("Seconds to measure each candidate for.", valueName: "seconds"))
  var seconds = 3.0

  @Option(
    help: ArgumentHelp(
      "Measure until the median is known to within this share, such as 1%, or until --seconds are over.",
      valueName: "share"))
  var noise: String?

  @Flag(help: "Keep each thread on a processor of its own.")
  var pin = false

  @Flag(help: "Run before other programs, as far as the system allows it.")
  var priority = false

  @OptionGroup var saving: SaveOption

  @Flag(help: "A row for every layer, not for every kind of layer.")
  var layers = false

  enum Formats: FormatOffer {
    static let formats = OutputFormat.allCases
  }

  @OptionGroup var format: FormatOption<Formats>

  func validate() throws {
    if let repetitions, repetitions < 1 { throw ValidationError("--repetitions takes 1 or more") }
    let states = cache.split(separator: ",", omittingEmptySubsequences: false)
    guard !states.isEmpty, states.allSatisfy({ $0 == "network" || $0 == "hot" }) else {
      throw ValidationError("--cache takes network, hot or both")
    }
    if let noise, Share(noise) == nil {
      throw ValidationError("--noise takes a share between 0 and 1, such as 1% or 0.01")
    }
    if pin, !backends.plugins.files.isEmpty, !backends.plugins.inProcess {
      throw ValidationError(
        "--pin is for threads of this process: give --in-process with it, or neither")
    }
    guard seconds > 0, seconds.isFinite else { throw ValidationError("--seconds takes a time") }
  }

  func run() throws {
    try saving.check()
    Interruption.listen()
    let threadCounts = try counts(threads ?? "\(ThreadOptions.processorCount)", "--threads")
    let batches = try counts(batch, "--batch")
    let machine = try MachineDescription.current()
    if priority { try Self.takePrecedence() }
    let teams = try threadCounts.map { try WorkerTeam(count: $0, isPinned: pin) }
    guard let largest = teams.max(by: { $0.count < $1.count }) else { return }
    let network = try Model(model, team: largest)
    network.tellRemark()
    let runs = try backends.runs(default: .standard)
    var options = SamplingOptions()
    options.repetitions = repetitions
    options.seconds = seconds
    options.noise = noise.flatMap(Share.init)?.value
    options.includesHot = cache.split(separator: ",").contains("hot")
    var results: [BenchmarkResult] = []
    let roofs = try Roofs.known(of: machine)
    let progress = ProgressBar("bench")
    for count in batches where !Interruption.isRequested {
      let shape = try inputShape(network, batch: count)
      let benchmark = Benchmark(
        model: network.name, graph: network.graph, parameters: network.parameters,
        input: Self.input(shape, network.preprocessing))
      results += try benchmark.run(
        runs.flatMap { run in teams.map { Candidate(run, team: $0) } }, options: options,
        roofs: roofs, shouldStop: { Interruption.isRequested },
        progress: { progress.update($0.fraction) })
    }
    progress.clear()
    let report = BenchReport(
      context: ReportContext(
        version: Densecam.version, machine: machine, model: network.name,
        command: Console.commandLine, plugins: try backends.plugins.records()),
      results: results, clockCost: SamplingOptions.clockCost(),
      isPinned: pin, hasPriority: priority)
    if !results.isEmpty {
      try saving.write("bench", date: machine.date, report.jsonLines)
    }
    try Output.write(
      format.format.text(
        document: report.document(layers: layers),
        [
          .csv: report.csv, .json: report.json, .jsonl: report.jsonLines, .junit: report.junit,
        ]))
    if Interruption.isRequested { throw ExitStatus.interrupted }
    if results.contains(where: { $0.verdict?.isFailure == true || $0.reason != nil }) {
      throw ExitStatus.mismatch
    }
  }

  /// Lets the command run before other programs.
  private static func takePrecedence() throws {
    let code = WorkerTeam.takePrecedence()
    guard code == 0 else {
      throw UsageError(
        "--priority: \(FileError.text(of: code)); it takes the rights of root, or CAP_SYS_NICE")
    }
  }

  private func inputShape(_ network: Model, batch: Int) throws -> TensorShape {
    let shape = try network.inputShape(size: size, batch: batch)
    let needed = shape.count * Self.bytesPerInputElement
    let present = MemoryBudget.bytes
    guard needed <= present else {
      throw UsageError(
        "an input of \(shape) takes about \(needed >> 30) GiB to judge and to time, and this machine "
          + "has \(present >> 30) GiB: give a smaller --batch or --size")
    }
    return shape
  }

  /// What the largest activations of a DenseNet take, in double precision with their bounds, for each
  /// element of the input.
  private static let bytesPerInputElement = 512

  /// Slopes and texture over the whole range, the same every time.
  private static func input(_ shape: TensorShape, _ preprocessing: Preprocessing) -> Tensor<Float> {
    var elements: [Double] = []
    elements.reserveCapacity(shape.count)
    for plane in 0..<(shape.batch * shape.channels) {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          let slope = (x &* (plane &+ 1) / 2 &+ y) & 127
          let texture = (x &* 7919 &+ y &* 104_729 &+ plane &* 31) & 127
          elements.append(Double(slope + texture))
        }
      }
    }
    let input = preprocessing.networkInput(Tensor(shape: shape, elements: elements))
    return Tensor(shape: shape, elements: input.elements.map(Float.init))
  }

  private func counts(_ text: String, _ option: String) throws -> [Int] {
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map {
      Int(String($0))
    }
    let counts = values.compactMap { $0 }
    guard !counts.isEmpty, counts.count == values.count, counts.allSatisfy({ $0 > 0 }) else {
      throw UsageError("\(option) \(text): give whole numbers from 1, separated by commas")
    }
    return counts
  }
}
