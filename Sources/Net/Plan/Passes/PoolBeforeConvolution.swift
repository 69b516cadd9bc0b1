import Kernels

extension Program {
  /// Averages before a pointwise convolution instead of after it, where the windows lie side by side:
  /// both are linear and the one does not mix pixels that the other tells apart, so
  /// `avg(W x + b) = W avg(x) + b`, with fewer products by the size of the window.
  mutating func poolBeforeConvolutions(_ fusions: (_ node: Int) -> Fusions) {
    let graph = graph
    let shapes = shapes
    fuse { producer, consumer in
      guard case .convolution(var roles) = producer.kind, roles.averagePool == nil, !roles.relu,
        case .pooling(let pool) = consumer.kind,
        case .pooling(let attributes) = graph.nodes[pool].operation,
        attributes.reduction == .average, !attributes.isGlobal,
        attributes.kernel == attributes.stride, attributes.padding == Size(0),
        case .convolution(let convolution) = graph.nodes[roles.node].operation,
        convolution.isPointwise, fusions(roles.node).contains(.averagePool)
      else { return nil }
      let input = shapes[producer.output]
      let output = shapes[pool]
      // A last window that hangs over the edge has another divisor.
      guard output.height == input.height / attributes.kernel.height,
        output.width == input.width / attributes.kernel.width
      else { return nil }
      roles.averagePool = pool
      return Step(
        kind: .convolution(roles), nodes: producer.nodes + consumer.nodes, inputs: producer.inputs)
    }
  }
}
