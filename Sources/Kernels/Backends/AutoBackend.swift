/// Leaves each problem to `tiled` or `winograd`, whichever ``CostModel`` expects to be faster.
public struct AutoBackend: ConvolutionBackend {
  public let name = "auto"
  public let summary = "tiled or winograd, whichever a cost model expects to be faster; the default"

  public init() {}

  public func delegate(for problem: ConvolutionProblem, instructionSet: InstructionSet)
    -> any ConvolutionBackend
  {
    choice(for: problem)
  }

  private func choice(for problem: ConvolutionProblem) -> any ConvolutionBackend {
    let winograd = WinogradBackend()
    guard winograd.refusal(of: problem) == nil else { return TiledBackend() }
    return CostModel.prefersWinograd(problem) ? winograd : TiledBackend()
  }

  public func algorithm(for problem: ConvolutionProblem) -> Algorithm {
    choice(for: problem).algorithm(for: problem)
  }

  public func refusal(of problem: ConvolutionProblem) -> String? {
    choice(for: problem).refusal(of: problem)
  }

  public func fusions(for problem: ConvolutionProblem) -> Fusions {
    choice(for: problem).fusions(for: problem)
  }

  public func layouts(for problem: ConvolutionProblem, instructionSet: InstructionSet)
    -> ConvolutionLayouts
  {
    choice(for: problem).layouts(for: problem, instructionSet: instructionSet)
  }

  public func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    instructionSet: InstructionSet
  ) throws(KernelError) -> any PreparedConvolution {
    try choice(for: problem).prepare(
      problem, weights: weights, bias: bias, fusion: fusion, instructionSet: instructionSet)
  }
}
