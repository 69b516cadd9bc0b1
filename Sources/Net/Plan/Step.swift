/// One unit of a plan: a convolution with what is fused to it, or another operation.
public struct Step: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case convolution(ConvolutionRoles)

    /// A batch norm, as scale and shift.
    case scaleShift(norm: Int, relu: Bool)
    case add(Int, relu: Bool)

    /// Copies those inputs that are not already in the output's buffer.
    case concatenation(Int)

    /// An inference no-op or a flatten that is materialised.
    case copy(Int)

    /// A node that its operator computes.
    case node(Int)
  }

  public var kind: Kind

  /// The graph's nodes that the step computes, in order.
  ///
  /// The last one's value is the output.
  public var nodes: [Int]

  /// The values that the step reads, as nodes of the graph.
  public var inputs: [Int]

  public var output: Int { nodes[nodes.count - 1] }

  /// Whether a batch norm is folded into a copy of the weights.
  var foldsNorm: Bool {
    if case .convolution(let roles) = kind { roles.foldedNorm != nil } else { false }
  }

  /// The node that the step is named after: the convolution if there is one.
  public var mainNode: Int {
    switch kind {
    case .convolution(let roles): roles.node
    case .scaleShift(let norm, _): norm
    case .add(let node, _), .concatenation(let node), .copy(let node), .node(let node): node
    }
  }
}

/// The nodes of the graph that one convolution step computes.
public struct ConvolutionRoles: Hashable, Sendable {
  /// The convolution or fully connected node.
  public var node: Int

  /// A batch norm before the convolution, computed while its input is packed.
  public var prologueNorm: Int?

  /// Whether the prologue ends in `max(0, ·)`.
  public var prologueReLU = false

  /// A batch norm after the convolution, folded into its weights.
  public var foldedNorm: Int?

  /// An average pooling after the convolution, computed on its input instead.
  public var averagePool: Int?

  /// Whether the result goes through `max(0, ·)`.
  public var relu = false

  public init(node: Int) { self.node = node }
}
