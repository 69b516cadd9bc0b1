import Kernels
import Net

/// `min(1, max(0, alpha · x + beta))`.
struct HardSigmoidBound: OperatorBound {
  let function: HardSigmoid

  /// Clamping moves no two values further apart, so a slope of |alpha| is left.
  func propagate(_ deltas: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Tensor<Double>
  {
    deltas[0].mapped { function.alpha.magnitude * $0 }
  }

  /// Four roundings, of `alpha`, `beta`, the product and the sum.
  ///
  /// So there are three of |alpha · x| and two of |beta|. Clamping the sum to 0 and 1, which are exact,
  /// increases no error. The product and the conversions may underflow; that of alpha is multiplied by x.
  func own(_ inputs: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Allowance
  {
    let u = RoundingModel.unitRoundoff * (1 + 0x1p-20)
    let eta = RoundingModel.underflow
    return Allowance(
      likely: inputs[0].mapped { x in
        // The value itself lies between 0 and 1, and so does whatever is computed.
        min(
          1,
          3 * u * (function.alpha * x).magnitude + 2 * u * function.beta.magnitude
            + eta * (x.magnitude + 2))
      })
  }
}
