import Kernels

/// One way to compute one problem, with everything that a run needs, and its least time so far.
struct Candidate {
  let choice: CostModel.Choice

  /// Nanoseconds.
  private(set) var least = Double.infinity

  private let problem: ConvolutionProblem
  private let layouts: ConvolutionLayouts
  private let convolution: any PreparedConvolution
  private let team: WorkerTeam
  private let arena: Arena

  init(_ problem: ConvolutionProblem, _ choice: CostModel.Choice) throws {
    self.problem = problem
    self.choice = choice
    layouts = choice.backend.description(of: problem, on: .best).layouts
    convolution = try choice.backend.prepare(
      problem,
      weights: WeightBuffer((0..<problem.weightCount).map { Float($0 % 17) / 64 }), bias: nil,
      fusion: Fusion(), on: .best)
    team = try WorkerTeam(count: 1)
    arena = try Arena(
      capacity: Self.count(layouts.input, problem.input)
        + Self.count(layouts.output, problem.output) + convolution.scratchCount
        + convolution.workspaceCount)
  }

  private static func count(_ layout: Layout, _ shape: TensorShape) -> Int {
    layout.imageCount(of: shape) * shape.batch
  }

  /// Runs once.
  mutating func measure() {
    let inputCount = Self.count(layouts.input, problem.input)
    let scratch = inputCount + Self.count(layouts.output, problem.output)
    let input = unsafe arena.view(
      at: 0, shape: problem.input, layout: layouts.input, batchStride: inputCount)
    let output = unsafe arena.mutableView(
      at: inputCount, shape: problem.output, layout: layouts.output,
      batchStride: scratch - inputCount)
    let duration = ContinuousClock().measure {
      unsafe convolution.run(on: team, input: input, output: output) { _ in
        unsafe TaskMemory(
          scratch: arena.scratch(at: scratch, count: convolution.scratchCount),
          workspace: arena.scratch(
            at: scratch + convolution.scratchCount, count: convolution.workspaceCount))
      }
    }
    least = min(least, duration / .nanoseconds(1))
  }
}
