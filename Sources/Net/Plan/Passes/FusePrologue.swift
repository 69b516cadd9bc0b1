import Kernels

extension Program {
  /// Lets a pointwise convolution compute the batch norm and ReLU before it while it packs its
  /// input, if its backend offers that.
  mutating func fusePrologues() {
    let program = self
    fuse { producer, consumer in
      guard case .scaleShift(let norm, let relu) = producer.kind,
        case .convolution(var roles) = consumer.kind, roles.prologueNorm == nil,
        case .convolution(let attributes) = program.graph.nodes[roles.node].operation,
        attributes.isPointwise, program.fusions(roles.node).contains(.prologue)
      else { return nil }
      roles.prologueNorm = norm
      roles.prologueReLU = relu
      return Step(
        kind: .convolution(roles), nodes: producer.nodes + consumer.nodes, inputs: producer.inputs)
    }
  }
}
