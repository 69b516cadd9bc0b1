import Kernels
import Testing

@testable import Formats
@testable import Net

@Suite struct SymbolWriterTests {
  @Test(arguments: [
    "symbol-0.8.json", "symbol-0.9.json", "symbol-1.0.json", "gluon-symbol.json",
    "residual-symbol.json",
  ])
  func roundTrip(file: String) throws {
    let graph = try Graph(mxnetSymbolFile: FormatFixture.path(file))
    let json = try graph.mxnetSymbol()
    #expect(try Graph(mxnetSymbol: [UInt8](json.utf8)) == graph)
  }

  /// Every operation with attributes that are not their defaults.
  @Test func everyOperation() throws {
    let operations: [Operation] = [
      .convolution(
        ConvolutionAttributes(
          outputChannels: 6, kernel: Size(height: 1, width: 7), stride: Size(height: 2, width: 1),
          dilation: Size(height: 1, width: 2), padding: Padding(Size(height: 0, width: 3)),
          groups: 3, hasBias: true)),
      .batchNorm(epsilon: 1.001e-5, fixGamma: false),
      .activation(.relu), .activation(.sigmoid), .activation(.tanh),
      .activation(.leakyReLU(slope: 0.01)),
      .pooling(
        PoolingAttributes(
          .average, kernel: Size(height: 3, width: 2), stride: Size(2),
          padding: Size(height: 1, width: 0), convention: .full, countsPadding: false)),
      .pooling(PoolingAttributes(.maximum, kernel: Size(7), isGlobal: true)),
      .identity(.dropout), .identity(.copy), .identity(.blockGradient), .flatten,
      .fullyConnected(outputs: 5, hasBias: false), .softmax,
    ]
    var nodes = [Node(name: "a \"quoted\" \\ name\n\u{1}é", operation: .input, inputs: [])]
    for operation in operations {
      let name = "node\(nodes.count)"
      nodes.append(
        Node(
          name: name, operation: operation, inputs: [nodes.count - 1],
          parameters: (0..<operation.parameterCount).map { "\(name)_\($0)" }))
    }
    nodes.append(Node(name: "sum2", operation: .add, inputs: [13, 14]))
    nodes.append(Node(name: "sum3", operation: .add, inputs: [13, 14, 15]))
    nodes.append(Node(name: "stack", operation: .concatenation, inputs: [16, 15, 16]))
    let graph = try Graph(nodes: nodes, output: nodes.count - 1)
    #expect(try Graph(mxnetSymbol: [UInt8](try graph.mxnetSymbol().utf8)) == graph)
  }

  /// Parameters that two nodes share are one variable.
  @Test func sharedParameters() throws {
    let convolution = Operation.convolution(
      ConvolutionAttributes(outputChannels: 3, kernel: Size(1), hasBias: false))
    let graph = try Graph(
      nodes: [
        Node(name: "x", operation: .input, inputs: []),
        Node(name: "a", operation: convolution, inputs: [0], parameters: ["w"]),
        Node(name: "b", operation: convolution, inputs: [1], parameters: ["w"]),
      ], output: 2)
    let json = try graph.mxnetSymbol()
    #expect(json.contains(#""arg_nodes": [0, 1],"#))
    #expect(json.contains(#""node_row_ptr": [0, 1, 2, 3, 4],"#))
    #expect(json.contains(#""heads": [[3, 0, 0]],"#))
    #expect(try Graph(mxnetSymbol: [UInt8](json.utf8)) == graph)
  }

  @Test func asymmetricPaddingIsRefused() throws {
    let graph = try Graph(
      nodes: [
        Node(name: "x", operation: .input, inputs: []),
        Node(
          name: "c",
          operation: .convolution(
            ConvolutionAttributes(
              outputChannels: 1, kernel: Size(2),
              padding: Padding(top: 0, left: 0, bottom: 1, right: 1), hasBias: false)),
          inputs: [0], parameters: ["w"]),
      ], output: 1)
    let error = #expect(throws: GraphError.self) { try graph.mxnetSymbol() }
    #expect(error?.code == .unsupportedAttribute)
    #expect(error?.node == "c")
  }
}
