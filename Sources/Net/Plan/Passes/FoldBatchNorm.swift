extension Program {
  /// Folds each batch norm that is the only reader of a convolution into that convolution's weights:
  /// `s · (W x + b) + t = (s W) x + (s b + t)`.
  mutating func foldBatchNorms() {
    fuse { producer, consumer in
      guard case .convolution(var roles) = producer.kind, !roles.relu, roles.foldedNorm == nil,
        case .scaleShift(let norm, let relu) = consumer.kind, !relu
      else { return nil }
      roles.foldedNorm = norm
      return Step(
        kind: .convolution(roles), nodes: producer.nodes + consumer.nodes, inputs: producer.inputs)
    }
  }
}
