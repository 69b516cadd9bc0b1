public import Kernels

/// Parts of what a backend describes, for tests that need one of them.
extension ConvolutionBackend {
  /// The algorithm on the best instruction set.
  public func algorithm(for problem: ConvolutionProblem) -> Algorithm {
    description(of: problem, on: .best).algorithm
  }

  /// What the backend can fuse on every supported instruction set.
  public func fusions(for problem: ConvolutionProblem) -> Fusions {
    InstructionSet.supported.reduce(description(of: problem, on: .best).fusions) {
      $0.intersection(description(of: problem, on: ExecutionTarget($1)).fusions)
    }
  }

  public func layouts(
    for problem: ConvolutionProblem, instructionSet: InstructionSet
  ) -> ConvolutionLayouts {
    description(of: problem, on: ExecutionTarget(instructionSet)).layouts
  }

  public func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    instructionSet: InstructionSet
  ) throws(KernelError) -> any PreparedConvolution {
    try prepare(
      problem, weights: weights, bias: bias, fusion: fusion, on: ExecutionTarget(instructionSet))
  }
}
