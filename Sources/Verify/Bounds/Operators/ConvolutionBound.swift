import Glibc
import Kernels
import Net

/// Convolutions and fully connected layers: sums of products, in the order that the algorithm says.
struct ConvolutionBound: OperatorBound {
  var mixesElements: Bool { true }

  func propagate(_ deltas: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Tensor<Double>
  {
    try context.bounds.absoluteConvolution(context.node, deltas[0])
  }

  func own(_ inputs: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Allowance
  {
    let (bounds, node, input) = (context.bounds, context.node, inputs[0])
    let (algorithm, around) = (context.algorithm, context.around)
    let (parameters, extraRoundings) = (context.parameters, context.extraRoundings)
    let problem = try node.convolutionProblem(input: input.shape)
    if bounds.areInputsSparse, extraRoundings == 0, around.norm == nil, !around.averages,
      let problem, let weights = parameters[node.parameters[0]]?.elements
    {
      let bias = node.parameters.dropFirst().first.flatMap { parameters[$0]?.elements }
      let sparse = SparseConvolution(problem, algorithm, input: input.elements.map { Float($0) })
      let errors = sparse.errors(
        sparse.sums(weights.span), weights.span, bias: bias.map { Array($0) })
      var allowance = Allowance(likely: Tensor(shape: output.shape, elements: errors))
      allowance.add(
        Allowance(likely: try bounds.underflow(node, input, algorithm, around)))
      return allowance
    }
    var magnitudes: Tensor<Double>
    var roundings = extraRoundings
    var overflows: [Bool]?
    if case .winograd(let transform) = algorithm,
      let problem, let weights = parameters[node.parameters[0]]?.elements
    {
      magnitudes = try WinogradMagnitudes.compute(
        problem, transform, input: input, weights: weights.span, team: context.team)
      roundings += transform.roundings(channels: problem.input.channels)
      overflows = WinogradUnderflow(problem, transform).overflows(
        beyond: RoundingModel.largest / (1 + 0x1p-10), magnitudes: magnitudes,
        input: Tensor(shape: problem.input, elements: input.elements), weights: weights.span)
    } else {
      magnitudes = try bounds.absoluteConvolution(node, input.mapped(\.magnitude))
      roundings += problem?.depth ?? 1
    }
    if let bias = node.parameters.dropFirst().first.flatMap({ parameters[$0]?.elements }) {
      magnitudes = magnitudes.mappedByChannel { $1 + Double(bias[$0].magnitude) }
      roundings += 1
    }
    // With a folded batch norm, underflow is counted where the batch norm is.
    let underflow =
      around.norm == nil ? try bounds.underflow(node, input, algorithm, around) : nil
    switch algorithm {
    case .direct:
      // Summed in double precision, rounded once; the rounding of folded weights comes on top.
      let u = RoundingModel.unitRoundoff
      let inner = Double(roundings) * 0x1p-52 + Double(extraRoundings) * u
      var allowed = magnitudes.mapped { inner * $0 }
      allowed.add(output.mapped { u * $0.magnitude })
      if let underflow { allowed.add(underflow) }
      return Allowance(likely: allowed)
    case .reassociated, .winograd, .reduced:
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
      if case .reduced(let bits) = algorithm {
        allowance.add(Allowance(likely: magnitudes.mapped { times(Self.operandError(bits), $0) }))
      }
      if let underflow {
        // What underflows is rounded again later.
        let factor = 1 + min(1, model.worst)
        allowance.add(Allowance(likely: underflow.mapped { factor * $0 }))
      }
      return allowance
    }
  }
}

extension ConvolutionBound {
  /// The relative error of a product whose two factors were rounded to so many bits: `(1 + u)² − 1` with
  /// `u = 2^−bits`.
  ///
  /// No averaging out is assumed: the weights are the same in every result.
  static func operandError(_ bits: Int) -> Double {
    let u = scalbn(1, -bits)
    return 2 * u + u * u
  }
}

extension Algorithm {
  /// Results of a convolution that share no rounding.
  ///
  /// Pixels of one channel share the roundings of folded or transformed weights, and with Winograd the
  /// channels of one tile share those of the transformed input.
  fileprivate func independentSums(_ output: TensorShape) -> Int {
    switch self {
    case .direct, .reassociated, .reduced: return output.channels
    case .winograd(let transform):
      let tile = transform.tile
      let pixels = output.batch * output.planeCount
      return min(output.channels, (pixels + tile * tile - 1) / (tile * tile))
    }
  }
}
