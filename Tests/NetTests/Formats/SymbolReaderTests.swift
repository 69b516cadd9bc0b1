import Kernels
import Testing

@testable import Net

/// Single operators, attributes and faults in symbol files.
@Suite struct SymbolReaderTests {
  /// The JSON of variables `data`, `w` and nodes; the last one is the head.
  static func json(_ nodes: String..., head: Int? = nil) -> [UInt8] {
    let all =
      [
        #"{"op": "null", "name": "data", "inputs": []}"#,
        #"{"op": "null", "name": "w", "inputs": []}"#,
      ] + nodes
    return [UInt8](
      """
      {"nodes": [\(all.joined(separator: ", "))], "heads": [[\(head ?? all.count - 1), 0]]}
      """.utf8)
  }

  /// A node of any operator over `data`.
  static func node(
    _ op: String, _ attributes: [String: String] = [:], inputs: String = "[[0, 0]]"
  ) -> String {
    let fields = attributes.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ", ")
    return #"{"op": "\#(op)", "name": "n", "attrs": {\#(fields)}, "inputs": \#(inputs)}"#
  }

  static func operation(_ node: String) throws -> Operation {
    let graph = try Graph(mxnetSymbol: json(node))
    return graph.nodes[graph.output].operation
  }

  static func code(_ json: [UInt8]) -> GraphError.Code? {
    do {
      _ = try Graph(mxnetSymbol: json)
      return nil
    } catch {
      return error.code
    }
  }

  // MARK: - Attributes

  @Test(arguments: ["(3,5)", "(3, 5)", "[3,5]", "[3, 5]", "(3L, 5L)", "( 3 , 5 )", "(3,5,)"])
  func tuples(text: String) throws {
    let node = Self.node("Convolution", ["kernel": text, "num_filter": "2", "no_bias": "1"])
    guard case .convolution(let convolution) = try Self.operation(node) else {
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
    let node = Self.node("Convolution", ["kernel": text, "num_filter": "2"])
    #expect(Self.code(Self.json(node)) == .unsupportedAttribute)
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
    #expect(Self.code(Self.json(Self.node(op, attributes))) == .unsupportedAttribute)
  }

  @Test func defaults() throws {
    #expect(
      try Self.operation(Self.node("BatchNorm")) == .batchNorm(epsilon: 1e-3, fixGamma: true))
    #expect(
      try Self.operation(Self.node("LeakyReLU")) == .activation(.leakyReLU(slope: 0.25)))
    #expect(
      try Self.operation(
        Self.node("Convolution", ["kernel": "(3,3)", "num_filter": "2", "pad": "()"]))
        == .convolution(
          ConvolutionAttributes(outputChannels: 2, kernel: Size(3), hasBias: true)))
    #expect(
      try Self.operation(
        Self.node("Pooling", ["kernel": "(3,3)", "count_include_pad": "None", "layout": "None"]))
        == .pooling(
          PoolingAttributes(
            .maximum, kernel: Size(3), stride: Size(1), padding: Size(0), convention: .valid,
            isGlobal: false, countsPadding: true)))
    #expect(
      try Self.operation(Self.node("FullyConnected", ["num_hidden": "2"]))
        == .fullyConnected(outputs: 2, hasBias: true))
  }

  /// Global pooling ignores kernel, stride and padding, whatever they are.
  @Test(arguments: [[:], ["kernel": "(0,0)"], ["kernel": "(7,7)", "pad": "(9,9)"]])
  func globalPooling(attributes: [String: String]) throws {
    let node = Self.node(
      "Pooling",
      attributes.merging(["global_pool": "true", "pool_type": "avg"]) { first, _ in first })
    guard case .pooling(let pooling) = try Self.operation(node) else {
      Issue.record("not a pooling")
      return
    }
    #expect(pooling.isGlobal)
    #expect(pooling.reduction == .average)
  }

  @Test func poolingOptions() throws {
    let node = Self.node(
      "Pooling",
      [
        "kernel": "(3,2)", "stride": "(2,1)", "pad": "(1,0)", "pool_type": "avg",
        "pooling_convention": "full", "count_include_pad": "False",
      ])
    #expect(
      try Self.operation(node)
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
    let graph = try Graph(mxnetSymbol: Self.json(node("(1,1)")))
    #expect(graph.nodes[1].parameters == ["w"])
    #expect(Self.code(Self.json(node("(0,0)"))) == .unsupportedAttribute)
  }

  // MARK: - Operators

  @Test(arguments: [
    ("_Plus", Operation.add), ("_plus", .add), ("_add", .add), ("elemwise_add", .add),
    ("broadcast_add", .add), ("add_n", .add), ("ElementWiseSum", .add),
    ("Concat", .concatenation),
  ])
  func twoInputs(op: String, operation: Operation) throws {
    let copy = #"{"op": "identity", "name": "c", "inputs": [[0, 0, 0]]}"#
    let graph = try Graph(
      mxnetSymbol: Self.json(copy, Self.node(op, inputs: "[[2, 0], [0, 0]]")))
    #expect(graph.nodes.map(\.name) == ["data", "c", "n"])
    #expect(graph.nodes[1].operation == .identity(.copy))
    #expect(graph.nodes[2].operation == operation)
    #expect(graph.nodes[2].inputs == [1, 0])
  }

  @Test(arguments: [
    ("relu", [:], Operation.activation(.relu)),
    ("Activation", ["act_type": "sigmoid"], .activation(.sigmoid)),
    ("Activation", ["act_type": "tanh"], .activation(.tanh)),
    ("_copy", [:], .identity(.copy)), ("BlockGrad", [:], .identity(.blockGradient)),
    ("Dropout", ["p": "0.5"], .identity(.dropout)), ("add_n", ["num_args": "1"], .identity(.copy)),
    ("Flatten", [:], .flatten), ("softmax", ["axis": "1"], .softmax),
    ("SoftmaxActivation", ["mode": "channel"], .softmax), ("Softmax", [:], .softmax),
    ("SoftmaxOutput", [:], .softmax),
  ])
  func oneInput(op: String, attributes: [String: String], operation: Operation) throws {
    #expect(try Self.operation(Self.node(op, attributes)) == operation)
  }

  /// On a flat input the last axis is the channel axis.
  @Test(arguments: [
    ("softmax", [:], Operation.softmax), ("softmax", ["axis": "-1"], .softmax),
    ("SoftmaxActivation", [:], .softmax),
    (
      "FullyConnected", ["flatten": "False", "num_hidden": "2"],
      .fullyConnected(outputs: 2, hasBias: true)
    ),
  ])
  func flatInput(op: String, attributes: [String: String], operation: Operation) throws {
    let graph = try Graph(
      mxnetSymbol: Self.json(
        #"{"op": "Flatten", "name": "f", "inputs": [[0, 0]]}"#,
        #"{"op": "Dropout", "name": "d", "inputs": [[2, 0]]}"#,
        Self.node(op, attributes, inputs: "[[3, 0]]")))
    #expect(graph.nodes[graph.output].operation == operation)
  }

  @Test func missingInputsGetTheirDefaultNames() throws {
    let graph = try Graph(
      mxnetSymbol: Self.json(
        Self.node("Convolution", ["kernel": "(1,1)", "num_filter": "2"], inputs: "[[0,0],[1,0]]")))
    #expect(graph.nodes[1].parameters == ["w", "n_bias"])
  }

  // MARK: - Faults

  @Test func unknownOperatorIsNamed() {
    #expect(
      throws: GraphError(.unknownOperator, node: "n", "the operator Deconvolution is not supported")
    ) { try Graph(mxnetSymbol: Self.json(Self.node("Deconvolution"))) }
  }

  /// An operator that the head does not need is not looked at.
  @Test func partsThatTheHeadDoesNotNeedAreDropped() throws {
    let other = #"{"op": "Mystery", "name": "m", "inputs": [[1, 0]]}"#
    let graph = try Graph(mxnetSymbol: Self.json(Self.node("Flatten"), other, head: 2))
    #expect(graph.nodes.map(\.name) == ["data", "n"])
  }

  @Test func nodesMayComeInAnyOrder() throws {
    let graph = try Graph(
      mxnetSymbol: [UInt8](
        """
        {"nodes": [{"op": "Flatten", "name": "b", "inputs": [[1, 0]]},
                   {"op": "relu", "name": "a", "inputs": [[2, 0]]},
                   {"op": "null", "name": "x"}], "heads": [[0, 0]]}
        """.utf8))
    #expect(graph.nodes.map(\.name) == ["x", "a", "b"])
  }

  @Test func cyclesAreNamed() {
    let first = #"{"op": "relu", "name": "a", "inputs": [[3, 0]]}"#
    let second = #"{"op": "relu", "name": "b", "inputs": [[2, 0]]}"#
    #expect(Self.code(Self.json(first, second)) == .cycle)
    #expect(Self.code(Self.json(Self.node("relu", inputs: "[[2, 0]]"))) == .cycle)
  }

  /// A chain in reverse order is walked without recursion.
  @Test func longChainsFit() throws {
    let length = 20_000
    let nodes = (0..<length).map {
      #"{"op": "relu", "name": "\#($0)", "inputs": [[\#($0 + 1), 0]]}"#
    }
    let text = nodes.joined(separator: ",") + #", {"op": "null", "name": "x", "inputs": []}"#
    let graph = try Graph(
      mxnetSymbol: [UInt8](#"{"nodes": [\#(text)], "heads": [[0, 0]]}"#.utf8))
    #expect(graph.nodes.count == length + 1)
    #expect(graph.nodes[graph.output].name == "0")
  }

  @Test(arguments: [
    ("[[0, 1]]", GraphError.Code.notAGraph), ("[[0, -1]]", .notAGraph), ("[[9, 0]]", .notAGraph),
    ("[[-1, 0]]", .notAGraph), ("[[0]]", .notAGraph), ("[[0, 0, 0, 0]]", .notAGraph),
    ("[0]", .notAGraph), ("[[0.5, 0]]", .notAGraph), ("[[1e30, 0]]", .notAGraph),
    ("[]", .wrongInputCount), ("[[0, 0], [1, 0]]", .wrongInputCount),
  ])
  func badInputs(inputs: String, code: GraphError.Code) {
    #expect(Self.code(Self.json(Self.node("relu", inputs: inputs))) == code)
  }

  @Test func inputsAndParametersMustBeDistinct() {
    let attributes = ["num_hidden": "2", "no_bias": "True"]
    #expect(
      Self.code(Self.json(Self.node("FullyConnected", attributes, inputs: "[[0,0],[0,0]]")))
        == .notAGraph)
    #expect(Self.code(Self.json(Self.node("_Plus", inputs: "[[0,0],[1,0]]"))) == .notAGraph)
    let computed = #"{"op": "relu", "name": "r", "inputs": [[0, 0]]}"#
    #expect(
      Self.code(
        Self.json(computed, Self.node("FullyConnected", attributes, inputs: "[[0,0],[2,0]]")))
        == .notAGraph)
    let twin = #"{"op": "null", "name": "w", "inputs": []}"#
    let first =
      #"{"op": "FullyConnected", "name": "f", "attrs": {"num_hidden": "2"}, "#
      + #""inputs": [[0, 0], [1, 0]]}"#
    #expect(
      Self.code(
        Self.json(
          twin, first, Self.node("FullyConnected", attributes, inputs: "[[3,0],[2,0]]")))
        == .duplicateName)
  }

  @Test func duplicateNames() {
    #expect(
      Self.code(Self.json(Self.node("relu"), Self.node("relu", inputs: "[[2, 0]]")))
        == .duplicateName)
  }

  @Test(arguments: [
    "", "{", "null", "[]", "{}", "42", "\"nodes\"", #"{"nodes": [], "heads": []}"#,
    #"{"nodes": [], "heads": [[0, 0]]}"#, #"{"nodes": 3, "heads": [[0, 0]]}"#,
    #"{"nodes": [{"op": "null"}], "heads": [[0, 0]]}"#,
    #"{"nodes": [{"op": "null", "name": "x"}], "heads": [[1, 0]]}"#,
    #"{"nodes": [{"op": "null", "name": "x"}], "heads": [[0, 1]]}"#,
    #"{"nodes": [{"op": "null", "name": "x", "attrs": {"a": 3}}], "heads": [[0, 0]]}"#,
    "\u{FEFF}", "\u{0}\u{0}\u{0}",
  ])
  func notAGraph(text: String) {
    #expect(Self.code([UInt8](text.utf8)) == .notAGraph)
  }

  @Test func deepNestingIsRefused() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
    #expect(Self.code(deep) == .notAGraph)
    let inside = [UInt8](#"{"heads": [[0, 0]], "other": "#.utf8) + deep
    #expect(Self.code(inside) == .notAGraph)
  }

  /// No prefix of a file is a graph, and none crashes.
  @Test func truncation() throws {
    let json = try FormatFixture.bytes("symbol-0.8.json").dropLast()
    for count in 0..<json.count {
      #expect(Self.code([UInt8](json.prefix(count))) == .notAGraph, "after \(count) bytes")
    }
  }

  /// Whatever a byte becomes, the result is a graph or an error.
  @Test(arguments: [0x01, 0x04, 0x80, 0xFF] as [UInt8])
  func flippedBytes(mask: UInt8) throws {
    let json = try FormatFixture.bytes("symbol-0.9.json")
    var refused = 0
    for index in json.indices {
      var broken = json
      broken[index] ^= mask
      if Self.code(broken) != nil { refused += 1 }
    }
    #expect(refused > json.count / 4)
  }

  @Test func filesHaveALimit() throws {
    try FormatFixture.withPath { path in
      try FormatFixture.makeSparseFile(path, count: 1 << 30)
      #expect(throws: FormatError.self) { try Graph(mxnetSymbolFile: path) }
      let error = #expect(throws: FormatError.self) {
        try Graph(mxnetSymbolFile: path + ".missing")
      }
      #expect(error?.description == "\(path).missing: No such file or directory")
    }
  }

  @Test func fileErrorsNameTheFileAndTheNode() throws {
    try FormatFixture.withFile(Self.json(Self.node("Crop"))) { path in
      let error = #expect(throws: FormatError.self) { try Graph(mxnetSymbolFile: path) }
      #expect(error?.graphError?.code == .unknownOperator)
      #expect(error?.description == "\(path): node n: the operator Crop is not supported")
    }
  }
}
