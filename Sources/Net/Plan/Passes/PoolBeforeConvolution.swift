import Kernels

extension Program {
  /// Averages before a pointwise convolution instead of after it, where the windows are side by side:
  /// both are linear, and neither mixes what the other keeps apart, so
  /// `avg(W x + b) = W avg(x) + b`, with fewer products by the size of the window.
  ///
  /// The backend is then given a smaller problem, for which another may be chosen; it has to offer
  /// everything that is fused.
  ///
  /// - Throws: ``GraphError`` if the smaller problem has no result.
  mutating func poolBeforeConvolutions() throws(GraphError) {
    let program = self
    let (graph, shapes) = (graph, shapes)
    var changed: [ConvolutionRoles] = []
    fuse { producer, consumer in
      guard case .convolution(var roles) = producer.kind, roles.averagePool == nil, !roles.relu,
        case .node(let pool) = consumer.kind,
        case .pooling(let attributes) = graph.nodes[pool].operation,
        attributes.reduction == .average, !attributes.isGlobal,
        attributes.kernel == attributes.stride, attributes.padding == Size(0),
        case .convolution(let convolution) = graph.nodes[roles.node].operation,
        convolution.isPointwise, program.fusions(roles.node).contains(.averagePool)
      else { return nil }
      let input = shapes[producer.output]
      let output = shapes[pool]
      // A last window that extends beyond the edge has another divisor.
      guard output.height == input.height / attributes.kernel.height,
        output.width == input.width / attributes.kernel.width
      else { return nil }
      let fused = program.fusions(roles.node)
      roles.averagePool = pool
      guard let offered = try? program.fusions(roles), offered.isSuperset(of: fused) else {
        return nil
      }
      changed.append(roles)
      return Step(
        kind: .convolution(roles), nodes: producer.nodes + consumer.nodes, inputs: producer.inputs)
    }
    try reassign(changed)
  }
}
