import Kernels

/// `weight · flatten(x) + bias`: a pointwise convolution of a single pixel.
struct FullyConnected: ConvolutionOperator {
  let outputs: Int
  let hasBias: Bool

  var name: String { "FullyConnected" }

  func parameterShapes(on input: TensorShape?) -> [ParameterShape] {
    [
      // Weights may keep the sides of the maps that they flatten.
      ParameterShape(
        .exactly(outputs), input.map { .exactly($0.imageCount) } ?? .any, isFlattened: true)
    ] + (hasBias ? [.vector(outputs)] : [])
  }

  func problem(on input: TensorShape) throws(ProblemError) -> ConvolutionProblem {
    try ConvolutionProblem(
      input: TensorShape(batch: input.batch, channels: input.imageCount),
      outputChannels: outputs, kernel: Size(1))
  }
}
