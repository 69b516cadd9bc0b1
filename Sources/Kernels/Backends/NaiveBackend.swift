/// Convolution as it is defined, summed in double precision: what the others are compared with.
///
/// A faster backend is thus never blamed for being closer to the true value than this one is.
public struct NaiveBackend: ConvolutionBackend {
  public let name = "naive"
  public let summary = "the definition, summed in double precision; slow, computes every problem"

  public init() {}

  public func refusal(of problem: ConvolutionProblem) -> String? { nil }

  public func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    ConvolutionDescription(.direct)
  }

  public func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    try validate(problem, weights, bias)
    precondition(
      fusion.prologue == nil && fusion.averagePool == nil && !fusion.relu, "naive offers no fusions"
    )
    return Prepared(problem: problem, weights: weights, bias: bias)
  }

  struct Prepared: PreparedConvolution {
    let problem: ConvolutionProblem
    let weights: WeightBuffer
    let bias: [Float]?

    /// One plane per task.
    var taskCounts: [Int] { [problem.output.batch * problem.outputChannels] }
    var scratchByteCount: Int { 0 }
    var packedBytes: Int { 0 }

    func run(
      phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
    ) {
      let (image, channel) = task.quotientAndRemainder(dividingBy: problem.outputChannels)
      let group = channel / problem.groupOutputChannels
      unsafe DirectConvolution.plane(
        problem, weights: weights.pointer + channel * problem.depth,
        bias: Double(bias?[channel] ?? 0),
        input: input.plane(image, group * problem.groupInputChannels),
        output: output.plane(image, channel))
    }
  }
}
