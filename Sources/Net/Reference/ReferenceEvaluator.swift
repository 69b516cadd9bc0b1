public import Kernels

/// Computes one node of a graph in double precision, exactly as its ``Operation`` is defined.
///
/// Goldens are recorded from it and verdicts rest on it. Nothing is fused, folded or
/// contracted, sums run in one fixed order, and the only functions that the C library rounds are
/// `exp` and `tanh`; so the results are the same on every machine and for any number of threads.
public struct ReferenceEvaluator: Sendable {
  public let graph: Graph
  public let parameters: Parameters
  let team: WorkerTeam

  public init(graph: Graph, parameters: Parameters, team: WorkerTeam) {
    self.graph = graph
    self.parameters = parameters
    self.team = team
  }

  /// Computes the output of one node.
  ///
  /// - Parameters:
  ///   - index: The node.
  ///   - inputs: The outputs of its input nodes, in order.
  /// - Returns: The output, of the shape given by ``Graph/shapes(input:parameters:)``.
  /// - Throws: ``GraphError`` if the shapes or parameters do not fit.
  public func evaluate(_ index: Int, inputs: [Tensor<Double>]) throws(GraphError)
    -> Tensor<Double>
  {
    let node = graph.nodes[index]
    guard let first = inputs.first else {
      throw GraphError(.wrongInputCount, node: node.name, "it has no input to compute from")
    }
    try node.check(parameters, on: first.shape)
    let shape = try node.outputShape(of: inputs.map(\.shape))
    return try node.operation.definition.reference(
      inputs, shape: shape, ReferenceContext(node: node, parameters: parameters, team: team))
  }

  /// Runs the whole graph, passing each output to `visit` and releasing it once all its readers have
  /// run.
  ///
  /// - Throws: ``GraphError``, or errors from `visit`.
  public func run(
    _ input: Tensor<Double>, visit: (_ node: Int, _ value: Tensor<Double>) throws -> Void
  ) throws {
    var readers = graph.consumers.map(\.count)
    var values = [Tensor<Double>?](repeating: nil, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      let value =
        index == graph.input
        ? input : try evaluate(index, inputs: node.inputs.compactMap { values[$0] })
      try visit(index, value)
      if readers[index] > 0 { values[index] = value }
      for source in node.inputs {
        readers[source] -= 1
        if readers[source] == 0 { values[source] = nil }
      }
    }
  }
}
