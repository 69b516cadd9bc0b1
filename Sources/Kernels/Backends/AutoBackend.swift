/// Leaves each problem to the backend that ``CostModel`` expects to be fastest.
///
/// That is `tiled` or `winograd`, and `im2col-openblas` in place of `tiled` where OpenBLAS may use wider
/// registers than this instruction set has.
public struct AutoBackend: ConvolutionBackend {
  public let name = "auto"
  public let summary = "the backend that a cost model expects to be fastest; the default"

  public init() {}

  public func delegate(for problem: ConvolutionProblem, on target: ExecutionTarget)
    -> any ConvolutionBackend
  {
    let winograd = WinogradBackend()
    let blas = Im2colOpenBLASBackend()
    if winograd.refusal(of: problem) == nil, CostModel.fitted.fastest(problem) != .direct {
      return winograd
    }
    if blas.refusal(of: problem) == nil,
      CostModel.prefersOpenBLAS(problem, instructionSet: target.instructionSet)
    {
      return blas
    }
    return TiledBackend()
  }

  /// Nil: `tiled` computes every problem.
  public func refusal(of problem: ConvolutionProblem) -> String? { nil }

  public func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    delegate(for: problem, on: target).description(of: problem, on: target)
  }

  public func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    try delegate(for: problem, on: target).prepare(
      problem, weights: weights, bias: bias, fusion: fusion, on: target)
  }
}
