/// Leaves each problem to the backend that ``CostModel`` expects to be fastest.
///
/// That is `tiled` or `winograd`, and `im2col-openblas` in place of `tiled` where OpenBLAS may use wider
/// registers than this instruction set has.
public struct AutoBackend: ConvolutionBackend {
  public let name = "auto"
  public let summary = "of the others the one that a cost model expects to be fastest; the default"

  public init() {}

  public func delegate(for problem: ConvolutionProblem, instructionSet: InstructionSet)
    -> any ConvolutionBackend
  {
    let winograd = WinogradBackend()
    let blas = Im2colOpenBLASBackend()
    if winograd.refusal(of: problem) == nil, CostModel.fitted.fastest(problem) != .direct {
      return winograd
    }
    if blas.refusal(of: problem) == nil,
      CostModel.prefersOpenBLAS(problem, instructionSet: instructionSet)
    {
      return blas
    }
    return TiledBackend()
  }

  private func choice(for problem: ConvolutionProblem) -> any ConvolutionBackend {
    delegate(for: problem, instructionSet: .best)
  }

  public func algorithm(for problem: ConvolutionProblem) -> Algorithm {
    choice(for: problem).algorithm(for: problem)
  }

  public func refusal(of problem: ConvolutionProblem) -> String? {
    choice(for: problem).refusal(of: problem)
  }

  /// What every backend that may be chosen on some instruction set can fuse.
  public func fusions(for problem: ConvolutionProblem) -> Fusions {
    InstructionSet.supported.reduce(choice(for: problem).fusions(for: problem)) {
      $0.intersection(delegate(for: problem, instructionSet: $1).fusions(for: problem))
    }
  }

  public func layouts(for problem: ConvolutionProblem, instructionSet: InstructionSet)
    -> ConvolutionLayouts
  {
    delegate(for: problem, instructionSet: instructionSet)
      .layouts(for: problem, instructionSet: instructionSet)
  }

  public func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    instructionSet: InstructionSet
  ) throws(KernelError) -> any PreparedConvolution {
    try delegate(for: problem, instructionSet: instructionSet).prepare(
      problem, weights: weights, bias: bias, fusion: fusion, instructionSet: instructionSet)
  }
}
