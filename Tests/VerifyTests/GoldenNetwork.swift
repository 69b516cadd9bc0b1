import Kernels
import Net
import TestSupport

@testable import Verify

/// A small network with seeded weights, and an input for it.
struct GoldenNetwork {
  let graph: Graph
  let parameters: Parameters
  let team: WorkerTeam
  let input: Tensor<Float>

  /// A node by its name, its operation and the names of what it reads; the one before it if none.
  struct Layer {
    var name: String
    var operation: Operation
    var inputs: [String]

    init(_ name: String, _ operation: Operation, _ inputs: String...) {
      self.name = name
      self.operation = operation
      self.inputs = inputs
    }
  }

  static let shape = TensorShape(channels: 3, height: 16, width: 16)

  init(_ layers: [Layer], shape: TensorShape = Self.shape, seed: UInt64 = 5) throws {
    var generator = SeededGenerator(seed: seed)
    var nodes = [Node(name: "data", operation: .input, inputs: [])]
    var parameters = Parameters()
    for layer in layers {
      let inputs =
        layer.inputs.isEmpty
        ? [nodes.count - 1]
        : layer.inputs.map { name in nodes.firstIndex { $0.name == name } ?? 0 }
      let shapes = try Graph(nodes: nodes, output: nodes.count - 1)
        .shapes(input: shape, parameters: nil)
      let source = shapes[inputs[0]]
      let sides: [[Int]] =
        switch layer.operation {
        case .convolution(let attributes):
          [
            [
              attributes.outputChannels, source.channels / attributes.groups,
              attributes.kernel.height, attributes.kernel.width,
            ], [attributes.outputChannels],
          ]
        case .fullyConnected(let outputs, _): [[outputs, source.imageCount], [outputs]]
        default: []
        }
      let names = (0..<layer.operation.parameterSlots).map { "\(layer.name)_\($0)" }
      for (name, sides) in zip(names, sides) {
        let scale = 1.5 / Float(sides.dropFirst().reduce(1, *)).squareRoot()
        parameters.add(
          name,
          Parameter(
            shape: sides, elements: generator.floats(sides.reduce(1, *)).map { $0 * scale }))
      }
      nodes.append(
        Node(
          name: layer.name, operation: layer.operation, inputs: inputs, parameters: names))
    }
    graph = try Graph(nodes: nodes, output: nodes.count - 1)
    self.parameters = parameters
    team = try WorkerTeam(count: 2)
    input = Tensor(shape: shape, elements: generator.floats(shape.count).map { 60 * $0 + 20 })
  }

  /// Records the network in double precision.
  func record(
    _ path: String, input: Tensor<Float>? = nil, taps: (String) -> Bool = { _ in true }
  ) throws {
    try GoldenRecorder(
      graph: graph, parameters: parameters,
      header: GoldenFile.unrecordedHeader(model: "small"), team: team
    ).record(
      [
        GoldenRecorder.Input(
          name: "one", source: "one.png", sourceSHA256: "00", preprocessing: "none",
          tensor: input ?? self.input)
      ], to: path, overwriting: false, includes: taps)
  }

  /// Verifies a golden of the network.
  func verify(
    _ path: String, _ backends: [any ConvolutionBackend] = [TiledBackend()],
    options: VerificationOptions = VerificationOptions(), plan: PlanOptions = .standard
  ) throws -> CaseResult {
    let golden = try GoldenFile(path: path)
    return try Verifier(graph: graph, parameters: parameters, golden: golden, team: team).verify(
      golden.cases[0],
      runs: backends.map {
        VerificationRun(name: $0.name, backends: BackendChoice($0), options: plan)
      }, options: options)
  }

  func check(_ path: String) throws -> GoldenCheck {
    try GoldenCheck(
      GoldenFile(path: path), graph: graph, parameters: parameters, team: team)
  }
}

extension Operation {
  static func convolution(_ outputs: Int, _ kernel: Int, padding: Int = 0) -> Operation {
    .convolution(
      ConvolutionAttributes(
        outputChannels: outputs, kernel: Size(kernel), padding: Padding(padding), hasBias: true))
  }

  static let globalAverage = Operation.pooling(
    PoolingAttributes(.average, kernel: Size(1), isGlobal: true))

  fileprivate var parameterSlots: Int {
    switch self {
    case .convolution(let attributes): attributes.hasBias ? 2 : 1
    case .fullyConnected(_, let hasBias): hasBias ? 2 : 1
    default: 0
    }
  }
}

extension GoldenNetwork {
  /// Two convolutions, a global average and a linear layer, with a softmax or without.
  static func mapped(endsInSoftmax: Bool, names: [String] = ["conv0", "conv1"]) throws -> Self {
    try GoldenNetwork(
      [
        Layer(names[0], .convolution(8, 3, padding: 1)), Layer("relu0", .activation(.relu)),
        Layer(names[1], .convolution(8, 3)), Layer("relu1", .activation(.relu)),
        Layer("pool", .globalAverage), Layer("flat", .flatten),
        Layer("fc", .fullyConnected(outputs: 6, hasBias: true)),
      ] + (endsInSoftmax ? [Layer("soft", .softmax)] : []))
  }

  /// LeCun et al., 1998, in small: linear layers on maps, so that there is no Class Activation Map.
  static func leNet() throws -> Self {
    let pool = Operation.pooling(PoolingAttributes(.maximum, kernel: Size(2), stride: Size(2)))
    return try GoldenNetwork([
      Layer("conv0", .convolution(6, 5)), Layer("tanh0", .activation(.tanh)),
      Layer("pool0", pool), Layer("conv1", .convolution(16, 3)),
      Layer("tanh1", .activation(.tanh)), Layer("pool1", pool), Layer("flat", .flatten),
      Layer("fc0", .fullyConnected(outputs: 20, hasBias: true)),
      Layer("tanh2", .activation(.tanh)),
      Layer("fc1", .fullyConnected(outputs: 6, hasBias: true)), Layer("soft", .softmax),
    ])
  }
}
