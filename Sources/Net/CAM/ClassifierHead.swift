public import Kernels

/// The end of a classifier that has Class Activation Maps: a feature map, its global average, and a
/// linear layer on that, or class maps whose averages are the logits themselves.
///
/// Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016, section 2.
public struct ClassifierHead: Hashable, Sendable {
  /// The node whose value is averaged: after the network's last ReLU.
  public let features: Int

  /// The logits of the network, and the probabilities that follow from them.
  public let classifier: Classifier

  /// The node that computes the logits.
  public var logits: Int { classifier.logits }

  /// The linear layer's weight parameter, or nil if the features are already one map per class.
  public let weight: String?

  /// The linear layer's bias parameter, or nil if it has none.
  public let bias: String?

  /// The number of classes.
  public var classCount: Int { classifier.classCount }

  /// The rows and columns at the edges of the features that see nothing of the picture.
  ///
  /// A 1×1 convolution with padding, such as SqueezeNet's last one, computes them from zeros alone. The
  /// map is laid over the picture without them.
  public let border: Padding

  /// Finds the head of a graph.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - shapes: The shape of each node's output for the input size in question: a window counts as
  ///     global if it covers the map.
  /// - Throws: ``GraphError`` if the graph does not end in such a head.
  public init(of graph: Graph, shapes: [TensorShape]) throws(GraphError) {
    func isAverage(_ node: Int) -> Bool {
      guard case .pooling(let pooling) = graph.nodes[node].operation,
        pooling.reduction == .average
      else { return false }
      let map = shapes[graph.nodes[node].inputs[0]]
      return pooling.isGlobal
        || (shapes[node].planeCount == 1 && pooling.padding == Size(0)
          && pooling.kernel == Size(height: map.height, width: map.width))
    }
    let classifier = Classifier(of: graph, shapes: shapes)
    var node = graph.withoutNoOps(classifier?.logits ?? graph.output)
    var weight: String?
    var bias: String?
    switch graph.nodes[node].operation {
    case .fullyConnected, .convolution:
      let source = graph.withoutNoOps(graph.nodes[node].inputs[0])
      if isAverage(source) {
        weight = graph.nodes[node].parameters.first
        bias = graph.nodes[node].parameters.dropFirst().first
        node = source
      }
    default: break
    }
    guard let classifier, isAverage(node) else {
      throw GraphError(
        .notAGraph, node: graph.nodes[node].name,
        "the network has no Class Activation Maps: it does not end in a global average "
          + "and at most one linear layer")
    }
    self.classifier = classifier
    self.weight = weight
    self.bias = bias
    features = graph.nodes[node].inputs[0]
    border = Self.border(of: features, in: graph)
  }

  private static func border(of features: Int, in graph: Graph) -> Padding {
    var node = features
    while true {
      switch graph.nodes[node].operation {
      case .activation, .identity: node = graph.nodes[node].inputs[0]
      case .convolution(let attributes)
      where attributes.kernel == Size(1) && attributes.stride == Size(1):
        return attributes.padding
      default: return Padding(0)
      }
    }
  }
}
