import Formats
import FoundationEssentials
import Kernels
import Net
import Testing

/// What PyTorch gave; made by `tools/torch_cam_methods.py`.
struct MethodsFixture: Decodable, Sendable {
  struct ClosedMap: Decodable, Sendable {
    var method: String
    var `class`: Int
    var values: [Double]
  }

  /// A head with given features; without a weight they are the classes' maps.
  struct Head: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var shape: [Int]
    var features: [Double]
    var weight: [Float]?
    var bias: [Float]?
    var logits: [Double]
    var maps: [ClosedMap]

    var testDescription: String { name }
  }

  struct ScoreMap: Decodable, Sendable {
    var `class`: Int
    var channels: Int
    var values: [Double]
  }

  struct OcclusionMap: Decodable, Sendable {
    var `class`: Int
    var window: [Int]
    var stride: [Int]
    var baseline: String
    var score: String
    var values: [Double]
  }

  struct ClassMaps: Decodable, Sendable {
    var input: [Float]
    var conv1: [Float]
    var conv1Bias: [Float]
    var conv10: [Float]
    var conv10Bias: [Float]
    var logits: [Double]
    var scoreCAM: [ScoreMap]
    var occlusion: [OcclusionMap]
  }

  struct DenseNet: Decodable, Sendable {
    var closed: [ClosedMap]
    var scoreCAM: [ScoreMap]
    var occlusion: [OcclusionMap]
  }

  var heads: [Head]
  var classMaps: ClassMaps
  var densenet: DenseNet

  static func load() throws -> Self {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/methods.json")
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
  }

  /// The heads, or none if the file cannot be read, which the tests notice.
  static let heads = (try? load())?.heads ?? []
}

extension MethodsFixture.Head {
  /// Features, average and, with a weight, a linear layer.
  func head() throws -> (head: ClassifierHead, parameters: Parameters) {
    var nodes = [
      Node(name: "data", operation: .input, inputs: []),
      Node(
        name: "pool",
        operation: .pooling(PoolingAttributes(.average, kernel: Size(1), isGlobal: true)),
        inputs: [0]),
      Node(name: "flat", operation: .flatten, inputs: [1]),
    ]
    var parameters = Parameters()
    if let weight {
      nodes.append(
        Node(
          name: "fc",
          operation: .fullyConnected(outputs: logits.count, hasBias: bias != nil), inputs: [2],
          parameters: bias == nil ? ["w"] : ["w", "b"]))
      parameters.add("w", Parameter(shape: [logits.count, shape[0]], elements: weight))
      if let bias { parameters.add("b", Parameter(shape: [bias.count], elements: bias)) }
    }
    let graph = try Graph(nodes: nodes, output: nodes.count - 1)
    let shapes = try graph.shapes(input: tensorShape, parameters: parameters)
    return (try ClassifierHead(of: graph, shapes: shapes), parameters)
  }

  var tensorShape: TensorShape {
    TensorShape(channels: shape[0], height: shape[1], width: shape[2])
  }
}

/// A network, the input that PyTorch had, and executors for any batch.
struct ExplainedNetwork {
  let graph: Graph
  let parameters: Parameters
  let input: Tensor<Float>
  let head: ClassifierHead

  init(graph: Graph, parameters: Parameters, input: Tensor<Float>) throws {
    self.graph = graph
    self.parameters = parameters
    self.input = input
    head = try ClassifierHead(
      of: graph, shapes: graph.shapes(input: input.shape, parameters: parameters))
  }

  /// In the manner of SqueezeNet: the last convolution gives a map a class.
  init(_ fixture: MethodsFixture.ClassMaps) throws {
    func convolution(_ outputs: Int, _ kernel: Int, padding: Int) -> Operation {
      .convolution(
        ConvolutionAttributes(
          outputChannels: outputs, kernel: Size(kernel), padding: Padding(padding), hasBias: true))
    }
    let graph = try Graph(
      nodes: [
        Node(name: "data", operation: .input, inputs: []),
        Node(
          name: "conv1", operation: convolution(6, 3, padding: 1), inputs: [0],
          parameters: ["conv1", "conv1Bias"]),
        Node(name: "relu1", operation: .activation(.relu), inputs: [1]),
        Node(
          name: "pool1",
          operation: .pooling(PoolingAttributes(.maximum, kernel: Size(2), stride: Size(2))),
          inputs: [2]),
        Node(
          name: "conv10", operation: convolution(5, 1, padding: 0), inputs: [3],
          parameters: ["conv10", "conv10Bias"]),
        Node(name: "relu10", operation: .activation(.relu), inputs: [4]),
        Node(
          name: "pool10",
          operation: .pooling(PoolingAttributes(.average, kernel: Size(1), isGlobal: true)),
          inputs: [5]),
        Node(name: "flat", operation: .flatten, inputs: [6]),
        Node(name: "softmax", operation: .softmax, inputs: [7]),
      ], output: 8)
    var parameters = Parameters()
    parameters.add("conv1", Parameter(shape: [6, 3, 3, 3], elements: fixture.conv1))
    parameters.add("conv1Bias", Parameter(shape: [6], elements: fixture.conv1Bias))
    parameters.add("conv10", Parameter(shape: [5, 6, 1, 1], elements: fixture.conv10))
    parameters.add("conv10Bias", Parameter(shape: [5], elements: fixture.conv10Bias))
    let shape = TensorShape(channels: 3, height: 16, width: 16)
    try self.init(
      graph: graph, parameters: parameters, input: Tensor(shape: shape, elements: fixture.input))
  }

  /// The network of the committed goldens on their picture.
  static func denseNet() throws -> ExplainedNetwork {
    let model = try Model("densenet-mini@1", team: WorkerTeam(count: 2))
    let (input, _) = try GoldenArrays.read()
    return try ExplainedNetwork(
      graph: model.graph, parameters: model.parameters, input: input)
  }

  func executor(
    batch: Int, threads: Int = 2, backend: any ConvolutionBackend = TiledBackend(),
    taps: Set<String>? = nil
  ) throws -> Executor {
    var shape = input.shape
    shape.batch = batch
    let ends = Set([graph.nodes[head.features].name, graph.nodes[head.logits].name])
    let plan = try Plan(
      graph: graph, parameters: parameters, input: shape, backends: BackendChoice(backend),
      options: PlanOptions(taps: taps ?? ends))
    return try Executor(plan: plan, team: WorkerTeam(count: threads))
  }
}
