/// Direct convolution by register tiles on blocked maps, in the widest vectors that the processor has.
///
/// Three loops share the work: one for dense groups, one for groups narrower than a tile, above all
/// depthwise ones, and one for inputs of few channels, such as a picture's three, which packs several
/// kernel taps in one vector.
public struct TiledBackend: ConvolutionBackend {
  public let name = "tiled"
  public let summary = "register tiles on blocked maps; computes every problem"

  public init() {}

  public func refusal(of problem: ConvolutionProblem) -> String? { nil }

  public func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    let lanes = target.instructionSet.laneCount
    return ConvolutionDescription(
      .reassociated,
      fusions: problem.isPointwise ? [.prologue, .relu, .averagePool] : [.prologue, .relu],
      layouts: ConvolutionLayouts(
        input: problem.input.channels < lanes ? .planar : .blocked(lanes), output: .blocked(lanes)))
  }

  public func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    try validate(problem, weights, bias)
    let microkernels = target.instructionSet.microkernels
    let lanes = microkernels.laneCount
    let isNarrow = problem.groupOutputChannels < 2 * lanes
    if problem.groups > 1, isNarrow || problem.groupOutputChannels % lanes != 0 {
      return try LaneConvolution(
        problem, weights: weights, bias: bias, fusion: fusion, microkernels: microkernels,
        threads: target.threads)
    }
    return try TiledConvolution(
      problem, weights: weights, bias: bias, fusion: fusion, microkernels: microkernels,
      threads: target.threads)
  }
}
