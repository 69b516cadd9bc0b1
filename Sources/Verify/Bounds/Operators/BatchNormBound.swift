import Kernels
import Net

/// `scale · x + shift` by channel.
struct BatchNormBound: OperatorBound {
  func propagate(_ deltas: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Tensor<Double>
  {
    let norm = try BatchNorm(context.node, context.parameters)
    return deltas[0].mappedByChannel { norm.scale[$0].magnitude * $1 }
  }

  func own(_ inputs: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Allowance
  {
    let u = RoundingModel.unitRoundoff
    let eta = RoundingModel.underflow
    // `scale` and `shift` are rounded once each, the product and the sum once each; frameworks
    // that compute `(x − mean) · scale + beta` round relative to |x| and |mean| before they
    // cancel. Four roundings of each magnitude cover both. The conversions of `scale`, which x
    // multiplies, and of `shift`, and the product may underflow.
    let norm = try BatchNorm(context.node, context.parameters)
    let magnitudes = inputs[0].mappedByChannel {
      (norm.scale[$0] * $1).magnitude + norm.shiftMagnitude[$0]
    }
    var allowed = magnitudes
    for i in allowed.elements.indices {
      allowed.elements[i] =
        4 * u * magnitudes.elements[i] + eta * (inputs[0].elements[i].magnitude + 2)
    }
    // A scale that is not finite makes NaN of 0.
    let plane = output.shape.planeCount
    let reach = RoundingModel.largest * (1 - 4 * u)
    return Allowance(
      likely: allowed,
      overflow: Allowance.overflow(
        where: {
          !(magnitudes.elements[$0] < reach
            && norm.scale[$0 / plane % output.shape.channels].magnitude < reach)
        }, count: magnitudes.elements.count))
  }
}
