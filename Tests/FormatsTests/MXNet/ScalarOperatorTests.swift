import Kernels
import Testing

@testable import Formats
@testable import Net

/// Operators of networks that carry their own preprocessing, of MobileNets and of ResNeSts, by MXNet's
/// definitions.
@Suite("Scalar operators, clip and adaptive pooling") struct ScalarOperatorTests {
  struct Case: Sendable, CustomStringConvertible {
    var operatorName: String
    var attributes: [String: String]
    var shape: TensorShape
    var input: [Float]
    var output: [Double]

    var description: String { "\(operatorName) \(attributes)" }

    static let row = TensorShape(channels: 1, height: 1, width: 5)
    static let values: [Float] = [-3, -0.5, 0, 2.5, 7]

    init(_ operatorName: String, _ attributes: [String: String], _ output: [Double]) {
      self.init(operatorName, attributes, Self.row, Self.values, output)
    }

    init(
      _ operatorName: String, _ attributes: [String: String], _ shape: TensorShape,
      _ input: [Float], _ output: [Double]
    ) {
      self.operatorName = operatorName
      self.attributes = attributes
      self.shape = shape
      self.input = input
      self.output = output
    }
  }

  /// `x^1.5` for x from 0 on; what comes out was averaged by NumPy.
  static let ramp = (0..<35).map { Float((Double($0) * Double($0) * Double($0)).squareRoot()) }

  static let cases = [
    Case("_plus_scalar", ["scalar": "1.25"], [-1.75, 0.75, 1.25, 3.75, 8.25]),
    Case("_PlusScalar", ["scalar": "-1"], [-4, -1.5, -1, 1.5, 6]),
    Case("_minus_scalar", ["scalar": "127.5"], [-130.5, -128, -127.5, -125, -120.5]),
    Case("_MinusScalar", ["scalar": "0"], [-3, -0.5, 0, 2.5, 7]),
    Case("_rminus_scalar", ["scalar": "1"], [4, 1.5, 1, -1.5, -6]),
    Case("_RMinusScalar", ["scalar": "0.5"], [3.5, 1, 0.5, -2, -6.5]),
    Case(
      "_mul_scalar", ["scalar": "0.0078125"],
      [-0.0234375, -0.00390625, 0, 0.01953125, 0.0546875]),
    Case("_MulScalar", ["scalar": "-0.1", "is_int": "False"], [0.3, 0.05, 0, -0.25, -0.7]),
    // More digits than 32 bits hold.
    Case(
      "_mul_scalar", ["scalar": "0.017124753831663668"],
      [-0.051374261494991, -0.008562376915831834, 0, 0.04281188457915917, 0.11987327682164568]),
    Case("_div_scalar", ["scalar": "-4"], [0.75, 0.125, 0, -0.625, -1.75]),
    Case("_DivScalar", ["scalar": "0.3"], [-10, -0.5 / 0.3, 0, 2.5 / 0.3, 7 / 0.3]),
    Case("clip", ["a_min": "0.0", "a_max": "6.0"], [0, 0, 0, 2.5, 6]),
    Case("clip", ["a_min": "-1", "a_max": "inf"], [-1, -0.5, 0, 2.5, 7]),
    Case(
      "_contrib_AdaptiveAvgPooling2D", [:], TensorShape(channels: 2, height: 1, width: 4),
      [1, 2, 3, 6, -1, 0, 0, 3], [3, 0.5]),
    Case(
      "_contrib_AdaptiveAvgPooling2D", ["output_size": "(2, 3)"],
      TensorShape(channels: 1, height: 5, width: 7), ramp,
      [27.3837841, 35.73228409, 45.27009649, 105.87265945, 120.14186213, 135.03802466]),
    Case(
      "_contrib_AdaptiveAvgPooling2D", ["output_size": "2"],
      TensorShape(channels: 1, height: 1, width: 2), [3, 5], [3, 5, 3, 5]),
  ]

  private static func graph(_ item: Case) throws -> Graph {
    try Graph(
      mxnetSymbol: SymbolFixture.json(SymbolFixture.node(item.operatorName, item.attributes)))
  }

  @Test("give what MXNet defines, in double precision", arguments: cases)
  func reference(item: Case) throws {
    let graph = try Self.graph(item)
    let evaluator = ReferenceEvaluator(
      graph: graph, parameters: Parameters(), team: try WorkerTeam(count: 2))
    let output = try evaluator.evaluate(
      1, inputs: [Tensor(shape: item.shape, elements: item.input.map(Double.init))])
    #expect(output.elements.count == item.output.count)
    for (got, expected) in zip(output.elements, item.output) {
      #expect((got - expected).magnitude <= 1e-6 * max(1e-2, expected.magnitude))
    }
  }

  /// The operator as it is, and in blocks: between two convolutions that copy 19 channels.
  @Test("give the same in a plan, in planes and in blocks", arguments: cases, [false, true])
  func plan(item: Case, isBlocked: Bool) throws {
    let node = try Self.graph(item).nodes[1]
    let channels = isBlocked ? 19 : item.shape.channels
    var nodes = [Node(name: "data", operation: .input, inputs: [])]
    var parameters = Parameters()
    func copy(_ name: String) {
      nodes.append(
        Node(
          name: name,
          operation: .convolution(
            ConvolutionAttributes(outputChannels: channels, kernel: Size(1), hasBias: false)),
          inputs: [nodes.count - 1], parameters: ["w"]))
    }
    let plane = item.shape.planeCount
    var input = item.input
    var shape = item.shape
    if isBlocked {
      var identity = [Float](repeating: 0, count: channels * channels)
      for c in 0..<channels { identity[c * channels + c] = 1 }
      parameters.add("w", Parameter(shape: [channels, channels, 1, 1], elements: identity))
      shape.channels = channels
      input = (0..<channels).flatMap { c in
        item.input[(c % item.shape.channels * plane)..<((c % item.shape.channels + 1) * plane)]
      }
      copy("first")
    }
    nodes.append(Node(name: "n", operation: node.operation, inputs: [nodes.count - 1]))
    if isBlocked { copy("last") }
    let graph = try Graph(nodes: nodes, output: nodes.count - 1)
    let plan = try Plan(
      graph: graph, parameters: parameters, input: shape,
      backends: BackendChoice(TiledBackend()))
    let executor = try Executor(plan: plan, team: WorkerTeam(count: 2))
    executor.run(input.span)
    let output = executor.value(of: graph.output)
    let outputPlane = item.output.count / item.shape.channels
    #expect(output.count == channels * outputPlane)
    for (i, got) in output.enumerated() {
      let channel = i / outputPlane % item.shape.channels
      let expected = item.output[channel * outputPlane + i % outputPlane]
      #expect((Double(got) - expected).magnitude <= 1e-6 * max(1e-2, expected.magnitude))
    }
  }

  @Test("keep NaN, and clip infinity", arguments: InstructionSet.allCases.filter(\.isSupported))
  func notFinite(instructionSet: InstructionSet) throws {
    for item in Self.cases where item.shape == Case.row {
      let graph = try Self.graph(item)
      var options = PlanOptions.standard
      options.instructionSet = instructionSet
      let executor = try Executor(
        plan: Plan(
          graph: graph, parameters: Parameters(), input: Case.row,
          backends: BackendChoice(NaiveBackend()), options: options),
        team: WorkerTeam(count: 1))
      let input: [Float] = [.nan, -.infinity, .infinity, 1, .nan]
      executor.run(input.span)
      let output = executor.value(of: 1)
      #expect(output[0].isNaN && output[4].isNaN, "\(item)")
      if item.attributes["a_max"] == "6.0" { #expect(output[1] == 0 && output[2] == 6) }
    }
  }

  @Test("are written as they are read", arguments: cases)
  func written(item: Case) throws {
    let graph = try Self.graph(item)
    let text = try graph.mxnetSymbol()
    #expect(try Graph(mxnetSymbol: [UInt8](text.utf8)) == graph)
    if !item.operatorName.contains("Scalar"),
      item.attributes["output_size"] != nil
        || !item.operatorName.contains("Pooling")
    {
      #expect(text.contains("\"op\": \"\(item.operatorName)\""))
    }
  }

  @Test("with one output is the global average that maps are made of") func global() throws {
    for size in ["1", "(1, 1)", "(1,)", "()", "None"] {
      let node = SymbolFixture.node("_contrib_AdaptiveAvgPooling2D", ["output_size": size])
      #expect(
        try SymbolFixture.operation(node)
          == .pooling(PoolingAttributes(.average, kernel: Size(1), isGlobal: true)), "\(size)")
    }
  }

  @Test(
    "are refused where they make no sense",
    arguments: [
      ("_mul_scalar", [:]), ("_mul_scalar", ["scalar": "x"]), ("_mul_scalar", ["scalar": "nan"]),
      ("_div_scalar", ["scalar": "0"]), ("_plus_scalar", ["scalar": "inf"]),
      ("clip", ["a_min": "0"]), ("clip", ["a_max": "0"]), ("clip", ["a_min": "1", "a_max": "0"]),
      ("clip", ["a_min": "nan", "a_max": "0"]),
      ("_contrib_AdaptiveAvgPooling2D", ["output_size": "(1, 2, 3)"]),
      ("_contrib_AdaptiveAvgPooling2D", ["output_size": "0"]),
      ("_contrib_AdaptiveAvgPooling2D", ["output_size": "(2, x)"]),
    ])
  func refused(op: String, attributes: [String: String]) {
    #expect(
      SymbolFixture.code(SymbolFixture.json(SymbolFixture.node(op, attributes)))
        == .unsupportedAttribute)
  }

  /// No window of an adaptive pooling may be larger than its bound counts.
  @Test("adaptive windows cover every element and are as large as they say") func windows() throws {
    for input in 1...23 {
      for output in 1...29 {
        let attributes = PoolingAttributes(
          .average, kernel: Size(1), adaptiveOutput: Size(height: output, width: 1))
        let shape = TensorShape(channels: 1, height: input, width: 3)
        let geometry = try PoolingGeometry(attributes, input: shape, node: "n")
        let windows = (0..<output).map { geometry.window($0, 0).rows }
        #expect(windows.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= input })
        #expect(Set(windows.joined()) == Set(0..<input))
        let largest = windows.map(\.count).max() ?? 0
        #expect(largest * 3 <= attributes.largestWindow(on: shape))
      }
    }
  }
}
