import Glibc
import Kernels
import Net

/// What one node does to errors: how it passes on those of its inputs, and how much it adds.
///
/// The first is rigorous for errors of any size. The second is a first-order statement about the
/// exact operation at the exact inputs; the terms of second order are a factor of 1 + 2⁻²⁰ or less.
struct NodeBounds: Sendable {
  let evaluator: ReferenceEvaluator
  let team: WorkerTeam

  var graph: Graph { evaluator.graph }
  var parameters: Parameters { evaluator.parameters }

  // MARK: - Errors of the inputs

  /// The error of a node's output that errors of its inputs can cause: `|J| · δ`.
  ///
  /// - Parameters:
  ///   - index: The node.
  ///   - deltas: The largest error of each input element, one tensor for each input, in order.
  ///   - output: The node's exact output, which only softmax looks at.
  /// - Returns: The largest error of each output element.
  /// - Throws: ``GraphError`` if the shapes or parameters do not fit the node.
  func propagate(_ index: Int, deltas: [Tensor<Double>], output: Tensor<Double>) throws
    -> Tensor<Double>
  {
    let node = graph.nodes[index]
    switch node.operation {
    case .convolution, .fullyConnected:
      return try absoluteConvolution(node, deltas[0])
    case .batchNorm:
      let norm = try BatchNorm(node, parameters)
      return deltas[0].mappedByChannel { norm.scale[$0].magnitude * $1 }
    case .activation(let activation):
      return deltas[0].mapped { activation.lipschitz * $0 }
    case .softmax:
      return softmaxPropagation(deltas[0], output: output)
    case .input, .pooling, .concatenation, .add, .flatten, .identity:
      // An average of errors, the largest error under a window, a sum of errors: the operation
      // itself, applied to the errors.
      return try evaluator.evaluate(index, inputs: deltas)
    }
  }

  /// `Σ|w|·δ`.
  private func absoluteConvolution(_ node: Node, _ delta: Tensor<Double>) throws
    -> Tensor<Double>
  {
    guard let problem = try node.convolutionProblem(input: delta.shape),
      let weights = parameters[node.parameters[0]]
    else { throw GraphError(.missingParameter, node: node.name, "it has no weights") }
    let magnitudes = weights.elements.map(\.magnitude)
    return ReferenceConvolution.convolve(
      problem, input: Tensor(shape: problem.input, elements: delta.elements),
      weights: magnitudes.span, bias: nil, team: team)
  }

  /// `p_i · (exp(δ_i + L) − 1)` with `L = log Σ_j p_j exp(δ_j)`.
  ///
  /// `log p_i = x_i − lse(x)`, and errors of at most δ move `lse` by at most L upwards, and by
  /// Jensen's inequality by no more downwards. Unlike the derivative, this holds for errors of any size.
  private func softmaxPropagation(_ delta: Tensor<Double>, output: Tensor<Double>)
    -> Tensor<Double>
  {
    var result = delta
    let shape = output.shape
    for image in 0..<shape.batch {
      for pixel in 0..<shape.planeCount {
        let indices = (0..<shape.channels).map {
          image * shape.imageCount + $0 * shape.planeCount + pixel
        }
        // log1p and expm1 keep the small differences that double precision would cancel.
        let shift = log1p(
          indices.reduce(0) { $0 + output.elements[$1] * expm1(delta.elements[$1]) })
        for i in indices {
          let error = output.elements[i] * expm1(delta.elements[i] + shift)
          // No two probabilities differ by more than 1, however far the exponential overflows.
          result.elements[i] = error <= 1 ? error : 1
        }
      }
    }
    return result
  }

  // MARK: - Errors of the node itself

  /// The rounding errors that a node adds when it is computed in 32-bit floats.
  ///
  /// - Parameters:
  ///   - index: The node.
  ///   - inputs: The exact inputs, in order.
  ///   - output: The exact output.
  ///   - algorithm: How a convolution is summed; in 32-bit floats, in any order, if it is nil.
  ///   - extraRoundings: Roundings that each weight has gone through before, as when a batch norm is
  ///     folded into it.
  ///   - around: What is computed in one pass with a convolution.
  /// - Returns: The error that is likely and the one that is possible, by output element, without
  ///   what the errors of the inputs cause.
  /// - Throws: ``GraphError`` if the shapes or parameters do not fit the node.
  func own(
    _ index: Int, inputs: [Tensor<Double>], output: Tensor<Double>, algorithm: Algorithm?,
    extraRoundings: Int, around: ConvolutionPass = ConvolutionPass()
  ) throws -> Allowance {
    let u = RoundingModel.unitRoundoff
    let eta = RoundingModel.underflow
    let node = graph.nodes[index]
    switch node.operation {
    case .convolution, .fullyConnected:
      return try convolution(
        node, inputs[0], output, algorithm ?? .reassociated, extraRoundings, around)
    case .batchNorm:
      // `scale` and `shift` are rounded once each, the product and the sum once each; frameworks
      // that compute `(x − mean) · scale + beta` round relative to |x| and |mean| before they
      // cancel. Four roundings of each magnitude cover both. The conversions of `scale`, which x
      // multiplies, and of `shift`, and the product may underflow.
      let norm = try BatchNorm(node, parameters)
      let magnitudes = inputs[0].mappedByChannel {
        (norm.scale[$0] * $1).magnitude + norm.shiftMagnitude[$0]
      }
      var allowed = magnitudes
      for i in allowed.elements.indices {
        allowed.elements[i] =
          4 * u * magnitudes.elements[i] + eta * (inputs[0].elements[i].magnitude + 2)
      }
      // A scale that is no finite number makes NaN of 0.
      let plane = output.shape.planeCount
      let reach = RoundingModel.largest * (1 - 4 * u)
      return Allowance(
        likely: allowed,
        overflow: Allowance.overflow(
          where: {
            !(magnitudes.elements[$0] < reach
              && norm.scale[$0 / plane % output.shape.channels].magnitude < reach)
          }, count: magnitudes.elements.count))
    case .activation(.relu), .activation(.clip):
      return .zero(output.shape)
    case .activation(.scalar(let operation, let scalar)):
      // The number is rounded to 32 bits, by an amount that is known, and so is the result; a product
      // may underflow. Whoever divides by multiplying rounds once more. The factor covers u².
      let shift = (scalar - Double(Float(scalar))).magnitude
      let u = u * (1 + 0x1p-20)
      switch operation {
      case .multiply, .divide:
        let own = scalar == 0 ? 0 : shift / scalar.magnitude
        let relative = operation == .divide ? 2 * u : u + own
        return Allowance(likely: output.mapped { relative * $0.magnitude + eta })
      case .add, .subtract, .subtractFrom:
        return Allowance(likely: output.mapped { u * $0.magnitude + shift * (1 + 0x1p-20) })
      }
    case .activation:
      // Computed in double precision and rounded; four roundings cover single-precision libraries.
      return Allowance(likely: output.mapped { 4 * u * $0.magnitude + eta })
    case .pooling(let attributes):
      guard attributes.reduction == .average else { return .zero(output.shape) }
      let window = attributes.largestWindow(on: inputs[0].shape)
      // The sums are exact where they are small; the quotient may underflow.
      let model = RoundingModel(roundings: window, sums: output.shape.count)
      let magnitudes = try evaluator.evaluate(index, inputs: [inputs[0].mapped(\.magnitude)])
      return Allowance(
        likely: magnitudes.mapped { times(model.likely, $0) + eta },
        worst: magnitudes.mapped { times(model.worst, $0) + eta },
        overflow: Allowance.overflow(
          where: {
            !(magnitudes.elements[$0] * Double(window) < model.reach)
          }, count: magnitudes.elements.count))
    case .add:
      var magnitudes = inputs[0].mapped(\.magnitude)
      for input in inputs.dropFirst() { magnitudes.add(input.mapped(\.magnitude)) }
      let roundings = Double(inputs.count - 1)
      return Allowance(
        likely: magnitudes.mapped { roundings * u * $0 },
        overflow: Allowance.overflow(
          where: {
            !(magnitudes.elements[$0] < RoundingModel.largest * (1 - roundings * u))
          }, count: magnitudes.elements.count))
    case .softmax:
      return softmaxError(inputs[0], output)
    case .input, .concatenation, .flatten, .identity:
      return .zero(output.shape)
    }
  }

  private func convolution(
    _ node: Node, _ input: Tensor<Double>, _ output: Tensor<Double>, _ algorithm: Algorithm,
    _ extraRoundings: Int, _ around: ConvolutionPass
  ) throws -> Allowance {
    let problem = try node.convolutionProblem(input: input.shape)
    var magnitudes: Tensor<Double>
    var roundings = extraRoundings
    var overflows: [Bool]?
    if case .winograd(let tile) = algorithm, let transform = WinogradTransform.of(tile: tile),
      let problem, let weights = parameters[node.parameters[0]]?.elements
    {
      magnitudes = try WinogradMagnitudes.compute(
        problem, transform, input: input, weights: weights.span, team: team)
      roundings += transform.roundings(channels: problem.input.channels)
      overflows = WinogradUnderflow(problem, transform).overflows(
        beyond: RoundingModel.largest / (1 + 0x1p-10), magnitudes: magnitudes,
        input: Tensor(shape: problem.input, elements: input.elements), weights: weights.span)
    } else {
      magnitudes = try absoluteConvolution(node, input.mapped(\.magnitude))
      roundings += problem?.depth ?? 1
    }
    if let bias = node.parameters.dropFirst().first.flatMap({ parameters[$0]?.elements }) {
      magnitudes = magnitudes.mappedByChannel { $1 + Double(bias[$0].magnitude) }
      roundings += 1
    }
    // With a folded batch norm it is what comes behind that whose products are small.
    let underflow =
      around.norm == nil ? try self.underflow(node, input, algorithm, around) : nil
    switch algorithm {
    case .direct:
      // Summed in double precision, rounded once; the rounding of folded weights comes on top.
      let u = RoundingModel.unitRoundoff
      let inner = Double(roundings) * 0x1p-52 + Double(extraRoundings) * u
      var allowed = magnitudes.mapped { inner * $0 }
      allowed.add(output.mapped { u * $0.magnitude })
      if let underflow { allowed.add(underflow) }
      return Allowance(likely: allowed)
    case .reassociated, .winograd:
      let model = RoundingModel(roundings: roundings, sums: output.shape.count)
      let limit = RoundingModel.meanSquareLimit(
        independent: algorithm.independentSums(output.shape))
      let averaged = around.averages && around.mayOverflow(input)
      var allowance = Allowance(
        likely: magnitudes.mapped { times(model.likely, $0) },
        worst: magnitudes.mapped { times(model.worst, $0) },
        likelyRMS: min(1, limit.squareRoot() / model.deviations),
        overflow: Allowance.overflow(
          where: {
            averaged || overflows?[$0] ?? false || !(magnitudes.elements[$0] < model.reach)
          },
          count: magnitudes.elements.count))
      if let underflow {
        // What underflows is rounded again on its way.
        let factor = 1 + min(1, model.worst)
        allowance.add(Allowance(likely: underflow.mapped { factor * $0 }))
      }
      return allowance
    }
  }

  /// A factor of a bound, of which nothing is nothing even if there is no bound.
  private func times(_ factor: Double, _ magnitude: Double) -> Double {
    magnitude == 0 ? 0 : factor * magnitude
  }

  /// Softmax in single precision: `x − max` is rounded relative to itself, `exp` and the division
  /// round a few times, and the sum of n positive terms n times.
  ///
  /// Each term may underflow, and so may the quotient; the sum is at least 1, for one term is.
  private func softmaxError(_ input: Tensor<Double>, _ output: Tensor<Double>) -> Allowance {
    let u = RoundingModel.unitRoundoff
    var allowed = output
    let shape = output.shape
    for image in 0..<shape.batch {
      for pixel in 0..<shape.planeCount {
        let indices = (0..<shape.channels).map {
          image * shape.imageCount + $0 * shape.planeCount + pixel
        }
        let largest = indices.reduce(-Double.infinity) { max($0, input.elements[$1]) }
        let mean = indices.reduce(0) {
          $0 + output.elements[$1] * (largest - input.elements[$1])
        }
        for i in indices {
          let relative =
            u * ((largest - input.elements[i]) + mean + Double(shape.channels).squareRoot() + 6)
          allowed.elements[i] =
            output.elements[i] * relative
            + Double(shape.channels + 2) * RoundingModel.underflow
        }
      }
    }
    return Allowance(likely: allowed)
  }
}

extension Algorithm {
  /// Results of a convolution that have no rounding in common.
  ///
  /// Pixels of one channel share the roundings of folded or transformed weights, and with Winograd the
  /// channels of one tile share those of the transformed input.
  fileprivate func independentSums(_ output: TensorShape) -> Int {
    switch self {
    case .direct, .reassociated: return output.channels
    case .winograd(let tile):
      let pixels = output.batch * output.planeCount
      return min(output.channels, (pixels + tile * tile - 1) / (tile * tile))
    }
  }
}

extension Tensor where Element == Double {
  /// The tensor with a function of the channel and the element applied to each element.
  func mappedByChannel(_ body: (_ channel: Int, _ value: Double) -> Double) -> Tensor<Double> {
    var result = self
    let plane = shape.planeCount
    for first in stride(from: 0, to: elements.count, by: plane) {
      let channel = first / plane % shape.channels
      for i in first..<(first + plane) { result.elements[i] = body(channel, elements[i]) }
    }
    return result
  }
}
