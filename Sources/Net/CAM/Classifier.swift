public import Kernels

/// The end of a network that classifies: where its logits are, and how they become probabilities.
///
/// Networks are exported with and without the softmax that their training loss contains (Gluon leaves
/// it out), so what a network's output means is decided here and nowhere else.
public struct Classifier: Hashable, Sendable {
  /// The node that computes the logits, one value per class.
  public let logits: Int

  /// The number of classes.
  public let classCount: Int

  /// Whether the network's output is the softmax of the logits; otherwise it is the logits themselves.
  public let endsInSoftmax: Bool

  /// Finds the classes of a graph; nil if it does not have a single value per class: it ends in maps, or
  /// neither in a softmax nor in a linear layer or a pooling.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - shapes: The shape of each node's output.
  public init?(of graph: Graph, shapes: [TensorShape]) {
    var node = graph.withoutNoOps(graph.output)
    endsInSoftmax = graph.nodes[node].operation == .softmax
    if endsInSoftmax { node = graph.nodes[node].inputs[0] }
    guard shapes[node].planeCount == 1 else { return nil }
    switch graph.nodes[graph.withoutNoOps(node)].operation {
    case .fullyConnected, .convolution, .pooling: break
    default: guard endsInSoftmax else { return nil }
    }
    logits = node
    classCount = shapes[node].channels
  }

  /// The probabilities of a batch: the network's output if that is a softmax, and otherwise the softmax
  /// of the logits, computed in double precision.
  ///
  /// - Parameter output: The value of the network's output, ``classCount`` elements per picture.
  /// - Returns: As many elements.
  public func probabilities(_ output: [Float]) -> [Float] {
    endsInSoftmax ? output : probabilities(output.map(Double.init)).map { Float($0) }
  }

  /// The same from an output in double precision.
  public func probabilities(_ output: [Double]) -> [Double] {
    guard !endsInSoftmax else { return output }
    return stride(from: 0, to: output.count, by: classCount).flatMap {
      Softmax.of(output[$0..<($0 + classCount)])
    }
  }
}

extension Graph {
  /// The node that computes the value which a node only passes on, perhaps in another shape.
  func withoutNoOps(_ node: Int) -> Int {
    var node = node
    while true {
      switch nodes[node].operation {
      case .flatten, .identity: node = nodes[node].inputs[0]
      default: return node
      }
    }
  }
}
