import Kernels
import Testing

@testable import Formats
@testable import Net

/// How the attributes of single operators are read.
@Suite struct SymbolAttributeTests {
  @Test(arguments: ["(3,5)", "(3, 5)", "[3,5]", "[3, 5]", "(3L, 5L)", "( 3 , 5 )", "(3,5,)"])
  func tuples(text: String) throws {
    let node = SymbolFixture.node(
      "Convolution", ["kernel": text, "num_filter": "2", "no_bias": "1"])
    guard case .convolution(let convolution) = try SymbolFixture.operation(node) else {
      Issue.record("not a convolution")
      return
    }
    #expect(convolution.kernel == Size(height: 3, width: 5))
    #expect(!convolution.hasBias)
  }

  @Test(arguments: [
    "", "3", "(3)", "(3,3,3)", "3,3", "(3,3", "(3,3]", "(3.0,3)", "(3,,3)", "(0,3)", "(-3,3)",
    "(3,99999999999999999999)", "(3,9223372036854775807)", "(3,2147483647)", "()", "(a,b)",
    "(L,3)", "None",
  ])
  func badKernels(text: String) {
    let node = SymbolFixture.node("Convolution", ["kernel": text, "num_filter": "2"])
    #expect(SymbolFixture.code(SymbolFixture.json(node)) == .unsupportedAttribute)
  }

  @Test(arguments: [
    ("Convolution", ["num_filter": "2"]),
    ("Convolution", ["kernel": "(1,1)"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "0"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "-1"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "4294967296"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "4", "num_group": "3"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "4", "num_group": "0"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "4", "stride": "(0,1)"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "4", "dilate": "(0,1)"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "4", "pad": "(-1,0)"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "4", "layout": "NHWC"]),
    ("Convolution", ["kernel": "(1,1)", "num_filter": "4", "no_bias": "maybe"]),
    ("BatchNorm", ["axis": "3"]),
    ("BatchNorm", ["eps": "nan"]),
    ("BatchNorm", ["eps": "-1"]),
    ("BatchNorm", ["eps": "small"]),
    ("Activation", [:]),
    ("Activation", ["act_type": "softsign"]),
    ("LeakyReLU", ["act_type": "elu"]),
    ("LeakyReLU", ["slope": "inf"]),
    ("Pooling", [:]),
    ("Pooling", ["kernel": "(2,2)", "pool_type": "lp"]),
    ("Pooling", ["kernel": "(2,2)", "pooling_convention": "same"]),
    ("Pooling", ["kernel": "(2,2)", "pad": "(2,0)"]),
    ("Pooling", ["kernel": "(2,2)", "layout": "NHWC"]),
    ("Concat", ["dim": "2"]),
    ("Concat", ["num_args": "2"]),
    ("FullyConnected", [:]),
    ("FullyConnected", ["num_hidden": "0"]),
    ("FullyConnected", ["num_hidden": "2", "flatten": "False"]),
    ("Dropout", ["mode": "always"]),
    ("softmax", [:]),
    ("softmax", ["axis": "2"]),
    ("softmax", ["axis": "1", "temperature": "2.0"]),
    ("SoftmaxActivation", [:]),
    ("SoftmaxOutput", ["preserve_shape": "True"]),
  ])
  func refusedAttributes(op: String, attributes: [String: String]) {
    #expect(
      SymbolFixture.code(SymbolFixture.json(SymbolFixture.node(op, attributes)))
        == .unsupportedAttribute)
  }

  @Test func defaults() throws {
    #expect(
      try SymbolFixture.operation(SymbolFixture.node("BatchNorm"))
        == .batchNorm(epsilon: 1e-3, fixGamma: true))
    #expect(
      try SymbolFixture.operation(SymbolFixture.node("LeakyReLU"))
        == .activation(.leakyReLU(slope: 0.25)))
    #expect(
      try SymbolFixture.operation(
        SymbolFixture.node("Convolution", ["kernel": "(3,3)", "num_filter": "2", "pad": "()"]))
        == .convolution(
          ConvolutionAttributes(outputChannels: 2, kernel: Size(3), hasBias: true)))
    #expect(
      try SymbolFixture.operation(
        SymbolFixture.node(
          "Pooling", ["kernel": "(3,3)", "count_include_pad": "None", "layout": "None"]))
        == .pooling(
          PoolingAttributes(
            .maximum, kernel: Size(3), stride: Size(1), padding: Size(0), convention: .valid,
            isGlobal: false, countsPadding: true)))
    #expect(
      try SymbolFixture.operation(SymbolFixture.node("FullyConnected", ["num_hidden": "2"]))
        == .fullyConnected(outputs: 2, hasBias: true))
  }

  /// Global pooling ignores kernel, stride and padding, whatever they are.
  @Test(arguments: [[:], ["kernel": "(0,0)"], ["kernel": "(7,7)", "pad": "(9,9)"]])
  func globalPooling(attributes: [String: String]) throws {
    let node = SymbolFixture.node(
      "Pooling",
      attributes.merging(["global_pool": "true", "pool_type": "avg"]) { first, _ in first })
    guard case .pooling(let pooling) = try SymbolFixture.operation(node) else {
      Issue.record("not a pooling")
      return
    }
    #expect(pooling.isGlobal)
    #expect(pooling.reduction == .average)
  }

  @Test func poolingOptions() throws {
    let node = SymbolFixture.node(
      "Pooling",
      [
        "kernel": "(3,2)", "stride": "(2,1)", "pad": "(1,0)", "pool_type": "avg",
        "pooling_convention": "full", "count_include_pad": "False",
      ])
    #expect(
      try SymbolFixture.operation(node)
        == .pooling(
          PoolingAttributes(
            .average, kernel: Size(height: 3, width: 2), stride: Size(height: 2, width: 1),
            padding: Size(height: 1, width: 0), convention: .full, countsPadding: false)))
  }

  /// Two sources with one value merge; with two they are refused.
  @Test func attributeSourcesMerge() throws {
    func node(_ pad: String) -> String {
      #"""
      {"op": "Convolution", "name": "n", "inputs": [[0, 0], [1, 0]],
       "attr": {"lr_mult": "2", "pad": "(1,1)"},
       "param": {"kernel": "(3,3)", "num_filter": "2", "no_bias": "True", "pad": "\#(pad)"}}
      """#
    }
    let graph = try Graph(mxnetSymbol: SymbolFixture.json(node("(1,1)")))
    #expect(graph.nodes[1].parameters == ["w"])
    #expect(SymbolFixture.code(SymbolFixture.json(node("(0,0)"))) == .unsupportedAttribute)
  }
}
