import Kernels

extension Program {
  /// Lets the step before a ReLU compute it: batch norms and sums always, convolutions if their
  /// backend offers it.
  mutating func fuseReLUs() {
    let program = self
    fuse { producer, consumer in
      guard case .node(let node) = consumer.kind,
        program.graph.nodes[node].operation == .activation(.relu)
      else { return nil }
      let kind: Step.Kind
      switch producer.kind {
      case .convolution(var roles) where !roles.relu && program.fusions(roles.node).contains(.relu):
        roles.relu = true
        kind = .convolution(roles)
      case .scaleShift(let norm, relu: false): kind = .scaleShift(norm: norm, relu: true)
      case .add(let sum, relu: false): kind = .add(sum, relu: true)
      default: return nil
      }
      return Step(kind: kind, nodes: producer.nodes + consumer.nodes, inputs: producer.inputs)
    }
  }
}
