import Glibc
import Kernels
import Net

/// What is computed in one pass with a convolution, as far as it affects how small and how large
/// intermediate values become.
struct ConvolutionPass {
  /// The batch norm that is folded into the weights.
  var norm: BatchNorm?

  /// The elements of the windows that the input is averaged over; 1 if it is not.
  var window = 1

  var averages: Bool { window > 1 }

  /// Whether the sum of a window of the input may overflow.
  func mayOverflow(_ input: Tensor<Double>) -> Bool {
    let limit = RoundingModel.largest / Double(window + 1)
    return input.elements.contains { !($0.magnitude < limit) }
  }
}

extension NodeBounds {
  /// What underflow may add to the result of a convolution, with the batch norm that is folded into it.
  ///
  /// For a sum of K products in 32-bit floats that is K·η (``RoundingModel/underflow``); for one in double
  /// precision only the conversion of the result counts; for Winograd see ``WinogradUnderflow``. Weights
  /// with a folded batch norm have been converted: each is off by η, which its input multiplies, and so is
  /// the bias. The average of a window is a product: it is off by η, which the weights multiply. An operand that is
  /// rounded to p bits is off by up to 2^(−126 − p) if it is smaller than the smallest normal number, which the
  /// other operand multiplies.
  ///
  /// - Parameters:
  ///   - node: The convolution.
  ///   - input: Its exact input.
  ///   - algorithm: How it is summed.
  ///   - around: What is computed with it.
  /// - Returns: A tensor of the shape of the convolution's output, in the units of the folded batch
  ///   norm's output. Cost: much less than the convolution.
  /// - Throws: ``GraphError`` if the shapes or parameters do not fit.
  func underflow(
    _ node: Node, _ input: Tensor<Double>, _ algorithm: Algorithm, _ around: ConvolutionPass
  ) throws -> Tensor<Double> {
    let eta = RoundingModel.underflow
    guard let problem = try node.convolutionProblem(input: input.shape),
      let weights = parameters[node.parameters[0]]?.elements
    else { throw GraphError(.missingParameter, node: node.name, "it has no weights") }
    let input = Tensor(shape: problem.input, elements: input.elements)
    let scales = around.norm?.scale
    if case .winograd(let transform) = algorithm {
      let errors = WinogradUnderflow(problem, transform).errors(
        input: input, weights: weights.span, scales: scales)
      // One more for the bias.
      return errors.mapped { eta * ($0 + (scales == nil ? 0 : 1)) }
    }
    let products = algorithm == .direct ? 1 : Double(problem.depth)
    var result = Tensor<Double>(shape: problem.output, repeating: products * eta)
    var (inputError, weightError) = (around.averages ? eta : 0, scales == nil ? 0 : eta)
    let biasError = weightError
    if case .reduced(let bits) = algorithm {
      let rounding = scalbn(1, -126 - bits)
      inputError += rounding
      weightError += rounding
    }
    if inputError > 0 {
      result = result.mappedByChannel { channel, value in
        let first = channel * problem.depth
        let sum = weights[first..<(first + problem.depth)].reduce(0) { $0 + Double($1.magnitude) }
        return value + inputError * sum * (scales?[channel].magnitude ?? 1)
      }
    }
    if weightError > 0 {
      let sums = try inputSums(problem, input)
      let plane = problem.output.planeCount
      unsafe result.elements.withUnsafeMutableBufferPointer { result in
        unsafe sums.withUnsafeBufferPointer { sums in
          for image in 0..<problem.output.batch {
            for channel in 0..<problem.outputChannels {
              let group = channel / problem.groupOutputChannels
              let first = (image * problem.outputChannels + channel) * plane
              let sum = (image * problem.groups + group) * plane
              for pixel in 0..<plane {
                unsafe result[first + pixel] += biasError + weightError * sums[sum + pixel]
              }
            }
          }
        }
      }
    }
    return result
  }

  /// Σ|x| over each window and the channels of a group, `[N, G, P, Q]`: the same for all output channels of a group.
  private func inputSums(_ problem: ConvolutionProblem, _ input: Tensor<Double>) throws -> [Double]
  {
    let perGroup = try ConvolutionProblem(
      input: problem.input, outputChannels: problem.groups, kernel: problem.kernel,
      stride: problem.stride, dilation: problem.dilation, padding: problem.padding,
      groups: problem.groups)
    guard problem.isPointwise else {
      let ones = [Float](repeating: 1, count: perGroup.weightCount)
      return ReferenceConvolution.convolve(
        perGroup, input: input.mapped(\.magnitude), weights: ones.span, bias: nil, team: team
      ).elements
    }
    // Whole planes are added up, in the same order.
    var sums = [Double](repeating: 0, count: perGroup.output.count)
    let plane = problem.input.planeCount
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe input.elements.withUnsafeBufferPointer { input in
        for channel in 0..<problem.input.batch * problem.input.channels {
          let first = channel / problem.groupInputChannels * plane
          for pixel in 0..<plane {
            unsafe sums[first + pixel] += input[channel * plane + pixel].magnitude
          }
        }
      }
    }
    return sums
  }

  /// The channels of a convolution whose weights may not be finite once a batch norm is folded into them
  /// and they are transformed, which makes them up to four times as large.
  func overflowingChannels(_ node: Node, _ norm: BatchNorm) -> [Bool] {
    guard let weights = parameters[node.parameters[0]]?.elements, !norm.scale.isEmpty else {
      return []
    }
    let depth = weights.count / norm.scale.count
    return norm.scale.indices.map { channel in
      let most = weights[(channel * depth)..<((channel + 1) * depth)].reduce(0) {
        max($0, Double($1.magnitude))
      }
      return !(4 * most * norm.scale[channel].magnitude < RoundingModel.largest)
    }
  }
}
