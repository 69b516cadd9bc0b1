import Kernels
import Testing

@testable import Formats
@testable import Net

/// Symbol files in the manner of several versions of MXNet.
@Suite struct SymbolAgeTests {
  /// The network of `symbol-*.json`.
  ///
  /// MXNet 1.9.1 loads each of them and lists the arguments and
  /// auxiliary states that appear here as parameters.
  static let network = [
    Node(name: "data", operation: .input, inputs: []),
    Node(
      name: "bn_data", operation: .batchNorm(epsilon: 2e-5, fixGamma: true), inputs: [0],
      parameters: ["gamma", "beta", "moving_mean", "moving_var"].map { "bn_data_" + $0 }),
    Node(
      name: "conv0",
      operation: .convolution(
        ConvolutionAttributes(
          outputChannels: 4, kernel: Size(3), stride: Size(2), padding: Padding(1),
          hasBias: false)),
      inputs: [1], parameters: ["conv0_weight"]),
    Node(name: "leaky0", operation: .activation(.leakyReLU(slope: 0.1)), inputs: [2]),
    Node(
      name: "pool0",
      operation: .pooling(
        PoolingAttributes(.maximum, kernel: Size(3), stride: Size(2), convention: .full)),
      inputs: [3]),
    Node(
      name: "conv1",
      operation: .convolution(
        ConvolutionAttributes(
          outputChannels: 4, kernel: Size(height: 1, width: 3),
          padding: Padding(Size(height: 0, width: 1)), groups: 2, hasBias: true)),
      inputs: [4], parameters: ["conv1_weight", "conv1_bias"]),
    Node(
      name: "bn1", operation: .batchNorm(epsilon: 1e-3, fixGamma: false), inputs: [5],
      parameters: ["gamma", "beta", "moving_mean", "moving_var"].map { "bn1_" + $0 }),
    Node(name: "relu1", operation: .activation(.relu), inputs: [6]),
    Node(name: "plus0", operation: .add, inputs: [7, 4]),
    Node(name: "concat0", operation: .concatenation, inputs: [8, 4]),
    Node(
      name: "pool1",
      operation: .pooling(PoolingAttributes(.average, kernel: Size(7), isGlobal: true)),
      inputs: [9]),
    Node(name: "flatten0", operation: .flatten, inputs: [10]),
    Node(name: "drop0", operation: .identity(.dropout), inputs: [11]),
    Node(
      name: "fc1", operation: .fullyConnected(outputs: 3, hasBias: true), inputs: [12],
      parameters: ["fc1_weight", "fc1_bias"]),
    Node(name: "softmax", operation: .softmax, inputs: [13]),
  ]

  /// Editors of Windows put a mark before a text.
  @Test func byteOrderMark() throws {
    let json = SymbolFixture.json(SymbolFixture.node("Flatten"))
    let graph = try Graph(mxnetSymbol: [0xEF, 0xBB, 0xBF] + json)
    #expect(try graph.nodes == Graph(mxnetSymbol: json).nodes)
  }

  @Test(arguments: ["0.8", "0.9", "1.0"])
  func everyAgeGivesTheSameGraph(age: String) throws {
    let graph = try Graph(mxnetSymbolFile: FormatFixture.path("symbol-\(age).json"))
    #expect(graph.nodes == Self.network)
    #expect(graph.output == 14)
    #expect(graph.input == 0)
  }

  @Test func gluonExport() throws {
    let graph = try Graph(mxnetSymbolFile: FormatFixture.path("gluon-symbol.json"))
    #expect(
      graph.nodes.map(\.name) == [
        "data", "tiny_conv0_fwd", "tiny_batchnorm0_fwd", "tiny_relu0_fwd", "tiny_pool0_fwd",
        "tiny_pool1_fwd", "tiny_flatten0_flatten0", "tiny_dense0_fwd",
      ])
    #expect(
      graph.nodes[2].parameters
        == ["gamma", "beta", "running_mean", "running_var"].map { "tiny_batchnorm0_" + $0 })
    #expect(graph.nodes[2].operation == .batchNorm(epsilon: 1e-5, fixGamma: false))
    #expect(
      graph.nodes[4].operation
        == .pooling(PoolingAttributes(.maximum, kernel: Size(2), stride: Size(2))))
    #expect(
      graph.nodes[5].operation
        == .pooling(
          PoolingAttributes(.average, kernel: Size(1), convention: .full, isGlobal: true)))
    #expect(graph.output == 7)
    let parameters = try Parameters(mxnetFile: FormatFixture.path("gluon-0000.params"))
    try graph.check(parameters)
    #expect(parameters["tiny_conv0_weight"]?.shape == [2, 3, 3, 3])
    #expect(parameters["tiny_batchnorm0_running_var"]?.elements.count == 2)
  }

  /// A pre-activation residual network with grouped convolutions, as the ResNet-152 and ResNeXt
  /// files of the 2017 zoo have them.
  @Test func residualNetwork() throws {
    let graph = try Graph(mxnetSymbolFile: FormatFixture.path("residual-symbol.json"))
    #expect(graph.nodes.count == 24)
    let sums = graph.nodes.filter { $0.operation == .add }
    #expect(sums.map(\.name) == ["_plus0", "_plus1"])
    #expect(
      sums.map { $0.inputs.map { graph.nodes[$0].name } }
        == [["stage1_unit1_conv2", "stage1_unit1_sc"], ["stage1_unit2_conv2", "_plus0"]])
    let grouped = try #require(graph.index(named: "stage1_unit1_conv2"))
    #expect(
      graph.nodes[grouped].operation
        == .convolution(
          ConvolutionAttributes(
            outputChannels: 8, kernel: Size(3), stride: Size(2), padding: Padding(1), groups: 4,
            hasBias: false)))
    #expect(graph.nodes.allSatisfy { !$0.parameters.contains("softmax_label") })
  }
}
