import Kernels
import Net

/// What one node does to errors: how it passes on those of its inputs, and how much it adds.
///
/// The first is rigorous for errors of any size. The second is a first-order statement about the
/// exact operation at the exact inputs; the terms of second order are a factor of 1 + 2⁻²⁰ or less.
/// Each operator has its own file in `Operators/`.
struct NodeBounds: Sendable {
  let evaluator: ReferenceEvaluator
  let team: WorkerTeam

  /// Whether convolutions are given zeros nearly everywhere, and exactly what the golden has, so that their
  /// roundings are those of a ``SparseConvolution``.
  var areInputsSparse = false

  var graph: Graph { evaluator.graph }
  var parameters: Parameters { evaluator.parameters }

  /// The error of a node's output that errors of its inputs can cause: `|J| · δ`.
  ///
  /// - Parameters:
  ///   - index: The node.
  ///   - deltas: The largest error of each input element, one tensor for each input, in order.
  ///   - output: The node's exact output, which only softmax needs.
  /// - Returns: The largest error of each output element.
  /// - Throws: ``GraphError`` if the shapes or parameters do not fit the node.
  func propagate(_ index: Int, deltas: [Tensor<Double>], output: Tensor<Double>) throws
    -> Tensor<Double>
  {
    try graph.nodes[index].operation.bound.propagate(
      deltas, output: output, BoundContext(bounds: self, index: index))
  }

  /// The rounding errors that a node adds when it is computed in 32-bit floats.
  ///
  /// - Parameters:
  ///   - index: The node.
  ///   - inputs: The exact inputs, in order.
  ///   - output: The exact output.
  ///   - algorithm: How a convolution is summed; in 32-bit floats, in any order, if it is nil.
  ///   - extraRoundings: Roundings that each weight has gone through before, as when a batch norm is
  ///     folded into it.
  ///   - around: What is computed in one pass with a convolution.
  /// - Returns: The likely and the worst-case bound, by output element, without
  ///   what the errors of the inputs cause.
  /// - Throws: ``GraphError`` if the shapes or parameters do not fit the node.
  func own(
    _ index: Int, inputs: [Tensor<Double>], output: Tensor<Double>, algorithm: Algorithm?,
    extraRoundings: Int, around: ConvolutionPass = ConvolutionPass()
  ) throws -> Allowance {
    try graph.nodes[index].operation.bound.own(
      inputs, output: output,
      BoundContext(
        bounds: self, index: index, algorithm: algorithm ?? .reassociated,
        extraRoundings: extraRoundings, around: around))
  }

  /// `Σ|w|·δ`.
  func absoluteConvolution(_ node: Node, _ delta: Tensor<Double>) throws
    -> Tensor<Double>
  {
    guard let problem = try node.convolutionProblem(input: delta.shape),
      let weights = parameters[node.parameters[0]]
    else { throw GraphError(.missingParameter, node: node.name, "it has no weights") }
    let magnitudes = weights.elements.map(\.magnitude)
    return ReferenceConvolution.convolve(
      problem, input: Tensor(shape: problem.input, elements: delta.elements),
      weights: magnitudes.span, bias: nil, team: team)
  }
}

/// A factor of a bound; 0 times it is 0 even if there is no bound.
func times(_ factor: Double, _ magnitude: Double) -> Double {
  magnitude == 0 ? 0 : factor * magnitude
}

extension Tensor where Element == Double {
  /// The tensor with a function of the channel and the element applied to each element.
  func mappedByChannel(_ body: (_ channel: Int, _ value: Double) -> Double) -> Tensor<Double> {
    var result = self
    let plane = shape.planeCount
    for first in stride(from: 0, to: elements.count, by: plane) {
      let channel = first / plane % shape.channels
      for i in first..<(first + plane) { result.elements[i] = body(channel, elements[i]) }
    }
    return result
  }
}
