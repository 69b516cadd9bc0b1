import Kernels
import Net

/// Functions of one element.
struct ActivationBound: OperatorBound {
  let activation: Activation

  func propagate(_ deltas: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Tensor<Double>
  {
    deltas[0].mapped { activation.lipschitz * $0 }
  }

  func own(_ inputs: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Allowance
  {
    let u = RoundingModel.unitRoundoff
    let eta = RoundingModel.underflow
    switch activation {
    case .relu, .clip: return .zero(output.shape)
    case .scalar(let operation, let scalar):
      // The number is rounded to 32 bits, by an amount that is known, and so is the result; a product
      // may underflow. A kernel that divides by multiplying rounds again. The factor covers u².
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
    case .leakyReLU, .sigmoid, .tanh:
      // Computed in double precision and rounded; four roundings cover single-precision libraries.
      return Allowance(likely: output.mapped { 4 * u * $0.magnitude + eta })
    }
  }
}
