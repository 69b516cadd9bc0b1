import Kernels
import Net

/// Sums of two inputs or more, from left to right.
struct AdditionBound: OperatorBound {
  func own(_ inputs: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Allowance
  {
    let u = RoundingModel.unitRoundoff
    var magnitudes = inputs[0].mapped(\.magnitude)
    for input in inputs.dropFirst() { magnitudes.add(input.mapped(\.magnitude)) }
    let roundings = Double(inputs.count - 1)
    return Allowance(
      likely: magnitudes.mapped { roundings * u * $0 },
      overflow: Allowance.overflow(
        where: {
          !(magnitudes.elements[$0] < RoundingModel.largest * (1 - roundings * u))
        }, count: magnitudes.elements.count))
  }
}
