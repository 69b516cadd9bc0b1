import Files
import Glibc
import HDF5
public import Kernels
public import Net

/// Records goldens: a double-precision run of the unfused graph, written to a new file that replaces
/// an old one only when it is complete and has been read back.
public struct GoldenRecorder: Sendable {
  /// One input to record.
  public struct Input: Sendable {
    /// The case's name in the file.
    public var name: String
    public var source: String
    public var sourceSHA256: String
    public var preprocessing: String
    public var tensor: Tensor<Float>

    public init(
      name: String, source: String, sourceSHA256: String, preprocessing: String,
      tensor: Tensor<Float>
    ) {
      self.name = name
      self.source = source
      self.sourceSHA256 = sourceSHA256
      self.preprocessing = preprocessing
      self.tensor = tensor
    }
  }

  /// The classes whose maps are stored: the most likely ones.
  public static let mapCount = 5

  let graph: Graph
  let parameters: Parameters
  private(set) var header: GoldenHeader
  let team: WorkerTeam

  /// - Parameters:
  ///   - graph: The network.
  ///   - parameters: Its weights.
  ///   - header: Where the file comes from; the recorder adds what computes the noise.
  ///   - team: The threads to compute on; the file has the same bytes for any number.
  public init(graph: Graph, parameters: Parameters, header: GoldenHeader, team: WorkerTeam) {
    self.graph = graph
    self.parameters = parameters
    self.header = header
    self.header.noiseBackend = NoiseRun.backendName
    self.team = team
  }

  /// Records a file.
  ///
  /// - Parameters:
  ///   - inputs: What to run the network on; each becomes one case of the file.
  ///   - path: Where the file goes. It has no name until it is complete.
  ///   - overwriting: Whether a file that exists may be replaced.
  ///   - labels: The class names by index, or none.
  ///   - includes: Decides by its name whether a node's output is stored.
  ///   - progress: Called after each node with the share of all inputs that is done, from 0 to 1.
  ///     An error from it ends the recording.
  /// - Throws: ``GoldenError``, or errors from the run or `progress`. A file that existed is then
  ///   untouched, and nothing is left beside it.
  public func record(
    _ inputs: [Input], to path: String, overwriting: Bool, labels: [String] = [],
    includes: (_ node: String) -> Bool, progress: ((Double) throws -> Void)? = nil
  ) throws {
    let exists = unsafe access(path.systemPath, F_OK) == 0
    guard overwriting || !exists else { throw GoldenError.exists(path) }
    func unwritable(_ error: FileError) -> GoldenError {
      error.code == EEXIST
        ? .exists(path) : GoldenError(.unwritable, path: path, "cannot be written: \(error.cause)")
    }
    var staged: StagedFile
    do throws(FileError) {
      // The library has its own lock.
      staged = try StagedFile(for: path, isLocked: false)
    } catch {
      throw unwritable(error)
    }
    let temporary = staged.openPath
    do {
      let file = try File(filling: temporary)
      try header.write(to: file.root.attributes)
      let group = try file.root.createGroup("cases")
      for (index, input) in inputs.enumerated() {
        try record(input, into: group.createGroup(input.name), labels, includes) { share in
          try progress?((Double(index) + share) / Double(inputs.count))
        }
      }
      try file.close()
      try readBack(temporary)
    } catch let error as HDF5Error {
      throw GoldenError(.unwritable, path: path, error.explanation)
    } catch let error as GoldenError where error.path == temporary {
      throw GoldenError(error.code, path: path, "the new file does not read back: \(error.cause)")
    }
    do throws(FileError) {
      try staged.commit(isReplacing: overwriting)
    } catch {
      throw unwritable(error)
    }
  }

  /// Reads everything in a file that was just written.
  private func readBack(_ path: String) throws {
    for goldenCase in try GoldenFile(path: path).cases {
      for node in goldenCase.activationShapes.keys { _ = try goldenCase.activation(node) }
    }
  }

  private func record(
    _ input: Input, into group: Group, _ labels: [String], _ includes: (String) -> Bool,
    _ progress: (Double) throws -> Void
  ) throws {
    try group.attributes.set(input.source, for: "source")
    try group.attributes.set(input.sourceSHA256, for: "source_sha256")
    try group.attributes.set(input.preprocessing, for: "preprocessing")
    try group.attributes.set(input.tensor.sha256, for: "input_sha256")
    try group.createDataset(
      "input", shape: input.tensor.shape.dimensions, elements: input.tensor.elements,
      compressed: true)
    let activations = try group.createGroup("activations")
    let shapes = try graph.shapes(input: input.tensor.shape, parameters: parameters)
    // A network may have no maps, or no classes either; its activations are recorded all the same.
    let classifier = Classifier(of: graph, shapes: shapes)
    let head = try? ClassifierHead(of: graph, shapes: shapes)
    let evaluator = ReferenceEvaluator(graph: graph, parameters: parameters, team: team)
    var noiseRun = try NoiseRun(
      graph: graph, parameters: parameters, input: input.tensor, team: team)
    var activationCount = 0
    var logitNoise: Double?
    var features: Tensor<Double>?
    var logits: Tensor<Double>?
    var output: Tensor<Double>?
    let exact = Tensor(
      shape: input.tensor.shape, elements: input.tensor.elements.map(Double.init))
    try evaluator.run(exact) { index, value in
      let node = graph.nodes[index]
      let isStored = index != graph.input && includes(node.name)
      let noise = noiseRun.advance(
        to: index, exact: value, isWanted: isStored || index == classifier?.logits)
      if isStored {
        let dataset = try activations.createDataset(
          ActivationName.escaped(node.name), shape: value.shape.dimensions,
          elements: value.elements.map { Float($0) }, compressed: true)
        try dataset.attributes.set(node.operation.name, for: "op")
        if let noise { try dataset.attributes.set(noise, for: "f32_noise") }
        activationCount += 1
      }
      if index == head?.features { features = value }
      if index == classifier?.logits {
        logits = value
        logitNoise = noise
      }
      if index == graph.output { output = value }
      try progress(Double(index + 1) / Double(graph.nodes.count))
    }
    try group.attributes.set(activationCount, for: "activation_count")
    guard let classifier, let logits, let output else { return }
    let probabilities = classifier.probabilities(output.elements)
    // Small as they are, these are compressed for the sake of the checksum.
    let rows = [input.tensor.shape.batch, classifier.classCount]
    let stored = try group.createDataset(
      "logits", shape: rows, elements: logits.elements.map { Float($0) }, compressed: true)
    if let logitNoise { try stored.attributes.set(logitNoise, for: "f32_noise") }
    try group.createDataset(
      "probabilities", shape: rows, elements: probabilities.map { Float($0) }, compressed: true)
    guard let head, let features else { return }
    let cams = try group.createGroup("cams")
    let first = probabilities[..<head.classCount]
    let order = ClassOrder(
      probabilities: Array(first), logits: Array(logits.elements[..<head.classCount]))
    for (rank, classIndex) in order.first(Self.mapCount).enumerated() {
      let map = try head.map(
        ofClass: classIndex, features: features.elements[..<features.shape.imageCount],
        shape: features.shape, parameters: parameters)
      let dataset = try cams.createDataset(
        "\(classIndex)", shape: [map.height, map.width], elements: map.values.map { Float($0) },
        compressed: true)
      if labels.indices.contains(classIndex) {
        try dataset.attributes.set(labels[classIndex], for: "label")
      }
      try dataset.attributes.set(Int64(rank), for: "rank")
      try dataset.attributes.set(first[classIndex], for: "probability")
    }
  }
}

extension GoldenHeader {
  func write(to attributes: Attributes) throws(HDF5Error) {
    try attributes.set(Self.schema, for: "schema")
    try attributes.set(generator, for: "generator")
    try attributes.set(generatorVersion, for: "generator_version")
    try attributes.set(precision.rawValue, for: "reference_precision")
    try attributes.set(model, for: "model")
    try attributes.set(weightsSHA256, for: "weights_sha256")
    try attributes.set(symbolSHA256, for: "symbol_sha256")
    try attributes.set(created, for: "created")
    try attributes.set(command, for: "command")
    let optional = [
      ("instruction_set", instructionSet), ("blas", blas), ("swift_version", swiftVersion),
      ("noise_backend", noiseBackend),
    ]
    for case (let name, let value?) in optional { try attributes.set(value, for: name) }
  }
}
