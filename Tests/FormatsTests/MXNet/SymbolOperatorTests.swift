import Testing

@testable import Formats
@testable import Net

/// The names that operators have had, and how their inputs are laid out.
@Suite struct SymbolOperatorTests {
  @Test(arguments: [
    ("_Plus", Operation.add), ("_plus", .add), ("_add", .add), ("elemwise_add", .add),
    ("broadcast_add", .add), ("add_n", .add), ("ElementWiseSum", .add),
    ("Concat", .concatenation),
  ])
  func twoInputs(op: String, operation: Operation) throws {
    let copy = #"{"op": "identity", "name": "c", "inputs": [[0, 0, 0]]}"#
    let graph = try Graph(
      mxnetSymbol: SymbolFixture.json(copy, SymbolFixture.node(op, inputs: "[[2, 0], [0, 0]]")))
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
    #expect(try SymbolFixture.operation(SymbolFixture.node(op, attributes)) == operation)
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
      mxnetSymbol: SymbolFixture.json(
        #"{"op": "Flatten", "name": "f", "inputs": [[0, 0]]}"#,
        #"{"op": "Dropout", "name": "d", "inputs": [[2, 0]]}"#,
        SymbolFixture.node(op, attributes, inputs: "[[3, 0]]")))
    #expect(graph.nodes[graph.output].operation == operation)
  }

  @Test func missingInputsGetTheirDefaultNames() throws {
    let graph = try Graph(
      mxnetSymbol: SymbolFixture.json(
        SymbolFixture.node(
          "Convolution", ["kernel": "(1,1)", "num_filter": "2"], inputs: "[[0,0],[1,0]]")))
    #expect(graph.nodes[1].parameters == ["w", "n_bias"])
  }
}
