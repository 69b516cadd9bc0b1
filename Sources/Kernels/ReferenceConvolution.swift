/// The double-precision convolution that goldens and error bounds are computed with.
public enum ReferenceConvolution {
  /// Convolves in double precision, summing as ``DirectConvolution`` says.
  ///
  /// The error bounds need `Σ|w||x|`, which is this function on absolute values.
  ///
  /// - Parameters:
  ///   - weights: `[outputChannels, groupInputChannels, kH, kW]`.
  ///   - bias: `[outputChannels]`, or nil for none.
  ///   - team: The threads to use; the result does not depend on them.
  /// - Precondition: The input has the problem's shape and the weights its count.
  /// - Returns: A tensor of the problem's output shape. Cost: `problem.operations` at about one a
  ///   cycle and thread.
  public static func convolve(
    _ problem: ConvolutionProblem, input: Tensor<Double>, weights: Span<Float>, bias: [Double]?,
    team: WorkerTeam
  ) -> Tensor<Double> {
    precondition(input.shape == problem.input && weights.count == problem.weightCount)
    precondition(bias.map { $0.count == problem.outputChannels } ?? true)
    var result = Tensor<Double>(shape: problem.output, repeating: 0)
    let planeCount = problem.output.planeCount
    unsafe input.elements.withUnsafeBufferPointer { source in
      unsafe result.elements.withUnsafeMutableBufferPointer { target in
        unsafe weights.withUnsafeBufferPointer { weights in
          guard let source = source.baseAddress, let target = target.baseAddress,
            let weights = weights.baseAddress
          else { return }
          team.run(taskCount: problem.input.batch * problem.outputChannels) { _, task in
            let (image, channel) = task.quotientAndRemainder(dividingBy: problem.outputChannels)
            let group = channel / problem.groupOutputChannels
            unsafe DirectConvolution.plane(
              problem, weights: weights + channel * problem.depth, bias: bias?[channel] ?? 0,
              input: source + image * problem.input.imageCount
                + group * problem.groupInputChannels * problem.input.planeCount,
              output: target + task * planeCount)
          }
        }
      }
    }
    return result
  }
}
