import Testing

@testable import Kernels

@Suite struct ReferenceConvolutionTests {
  /// Problems whose sixteen-pixel tiles end in a row, between images or beyond the last pixel, with
  /// more and fewer channels than a task takes.
  static let problems: [ConvolutionProblem] = {
    let shape = TensorShape(batch: 3, channels: 4, height: 7, width: 5)
    let attempts: [() throws -> ConvolutionProblem] = [
      { try ConvolutionProblem(input: shape, outputChannels: 65, kernel: Size(1)) },
      {
        try ConvolutionProblem(
          input: shape, outputChannels: 6, kernel: Size(3), padding: Padding(1))
      },
      {
        try ConvolutionProblem(
          input: shape, outputChannels: 6, kernel: Size(height: 2, width: 5),
          stride: Size(height: 2, width: 3), dilation: Size(height: 3, width: 1),
          padding: Padding(top: 0, left: 4, bottom: 3, right: 1), groups: 2)
      },
      {
        try ConvolutionProblem(
          input: TensorShape(channels: 130), outputChannels: 130, kernel: Size(1), groups: 130)
      },
      {
        try ConvolutionProblem(
          input: TensorShape(batch: 2, channels: 3, height: 9, width: 9), outputChannels: 4,
          kernel: Size(7), stride: Size(2), padding: Padding(3))
      },
      // Sums that are gathered in several parts: of channels, and of the taps of a channel.
      {
        try ConvolutionProblem(
          input: TensorShape(channels: 11, height: 50, width: 60), outputChannels: 3,
          kernel: Size(height: 49, width: 58))
      },
      {
        try ConvolutionProblem(
          input: TensorShape(channels: 4, height: 3, width: 20_010), outputChannels: 4,
          kernel: Size(height: 1, width: 20_000),
          padding: Padding(top: 0, left: 3, bottom: 0, right: 0),
          groups: 2)
      },
    ]
    return attempts.compactMap { try? $0() }
  }()

  private static func values(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 1_073_741_824
    }
  }

  @Test func `Every problem exists`() { #expect(Self.problems.count == 7) }

  /// The definition, index by index, in the documented order.
  @Test(arguments: problems, [1, 2, 3])
  func `The bits are those of the definition`(problem: ConvolutionProblem, threads: Int) throws {
    let weights = Self.values(problem.weightCount, seed: 1)
    let input = Self.values(problem.input.count, seed: 2).map(Double.init)
    let bias = Self.values(problem.outputChannels, seed: 3).map(Double.init)
    let result = ReferenceConvolution.convolve(
      problem, input: Tensor(shape: problem.input, elements: input), weights: weights.span,
      bias: bias, team: try WorkerTeam(count: threads))

    var expected: [Double] = []
    let (inputShape, output) = (problem.input, problem.output)
    for image in 0..<output.batch {
      for channel in 0..<output.channels {
        let firstInput = channel / problem.groupOutputChannels * problem.groupInputChannels
        for y in 0..<output.height {
          for x in 0..<output.width {
            var sum = bias[channel]
            var weight = channel * problem.depth
            for c in firstInput..<(firstInput + problem.groupInputChannels) {
              for ky in 0..<problem.kernel.height {
                for kx in 0..<problem.kernel.width {
                  let row =
                    y * problem.stride.height + ky * problem.dilation.height
                    - problem.padding.top
                  let column =
                    x * problem.stride.width + kx * problem.dilation.width
                    - problem.padding.left
                  let exists =
                    (0..<inputShape.height).contains(row)
                    && (0..<inputShape.width).contains(column)
                  let plane = image * inputShape.channels + c
                  let value =
                    exists
                    ? input[(plane * inputShape.height + row) * inputShape.width + column] : 0
                  sum += Double(weights[weight]) * value
                  weight += 1
                }
              }
            }
            expected.append(sum)
          }
        }
      }
    }
    #expect(result.elements == expected)
  }
}
