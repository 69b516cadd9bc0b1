public import Kernels

/// A right backend of which something is altered: the weights that it is given, or memory after each of
/// its tasks.
public struct AlteredBackend: ConvolutionBackend {
  public let name = "altered"
  public let summary = "wrong on purpose"

  private let base: any ConvolutionBackend
  private let offered: Fusions
  private let weights: @Sendable (ConvolutionProblem, WeightBuffer) -> WeightBuffer
  private let afterTask: @Sendable (ConvolutionProblem, Fusion, Int, MutableFeatureView) -> Void

  /// Alters a backend.
  ///
  /// - Parameters:
  ///   - base: What computes. It sums in another order than the naive backend, as far as bounds know.
  ///   - fusions: What is fused; the base must be able to.
  ///   - weights: Gives the weights that the base gets.
  ///   - afterTask: Called after each task with its number and the output. With the naive backend, a task
  ///     is one channel of one image.
  public init(
    _ base: any ConvolutionBackend = NaiveBackend(), fusions: Fusions = [],
    weights: @escaping @Sendable (ConvolutionProblem, WeightBuffer) -> WeightBuffer = { $1 },
    afterTask:
      @escaping @Sendable (
        _ problem: ConvolutionProblem, _ fusion: Fusion, _ task: Int, _ output: MutableFeatureView
      ) -> Void
  ) {
    self.base = base
    offered = fusions
    self.weights = weights
    self.afterTask = afterTask
  }

  public func refusal(of problem: ConvolutionProblem) -> String? { nil }

  public func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    ConvolutionDescription(
      .reassociated, fusions: offered,
      layouts: base.description(of: problem, on: target).layouts)
  }

  public func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    let right = try base.prepare(
      problem, weights: self.weights(problem, weights), bias: bias, fusion: fusion, on: target)
    let alter = afterTask
    return Prepared(right: right) { alter(problem, fusion, $0, $1) }
  }

  private struct Prepared: PreparedConvolution {
    let right: any PreparedConvolution
    let afterTask: @Sendable (Int, MutableFeatureView) -> Void

    var taskCounts: [Int] { right.taskCounts }
    var scratchByteCount: Int { right.scratchByteCount }
    var packedBytes: Int { right.packedBytes }

    func run(
      phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
    ) {
      right.run(phase: phase, task: task, input: input, output: output, memory: memory)
      afterTask(task, output)
    }
  }
}
