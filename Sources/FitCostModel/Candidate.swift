import Kernels

/// One way to compute one problem, with everything that it needs, and its least time so far.
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
      byteCount: Self.byteCount(layouts.input, problem.input)
        + Self.byteCount(layouts.output, problem.output) + convolution.scratchByteCount
        + convolution.workspaceByteCount)
  }

  private static func byteCount(_ layout: Layout, _ shape: TensorShape) -> Int {
    layout.imageCount(of: shape) * shape.batch * MemoryLayout<Float>.stride
  }

  /// Runs once.
  mutating func measure() {
    let inputEnd = Self.byteCount(layouts.input, problem.input)
    let outputEnd = inputEnd + Self.byteCount(layouts.output, problem.output)
    let scratchEnd = outputEnd + convolution.scratchByteCount
    let input = unsafe arena.view(
      at: 0, shape: problem.input, layout: layouts.input, imageStride: inputEnd)
    let output = unsafe arena.mutableView(
      at: inputEnd, shape: problem.output, layout: layouts.output,
      imageStride: outputEnd - inputEnd)
    let duration = ContinuousClock().measure {
      unsafe convolution.run(on: team, input: input, output: output) { _ in
        unsafe TaskMemory(
          scratch: arena.bytes(in: outputEnd..<scratchEnd),
          workspace: arena.bytes(in: scratchEnd..<arena.byteCount))
      }
    }
    least = min(least, duration / .nanoseconds(1))
  }
}
