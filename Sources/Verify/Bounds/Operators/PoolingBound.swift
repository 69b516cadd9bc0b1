import Kernels
import Net

/// The largest element of a window, which is exact, or the average of its elements.
struct PoolingBound: OperatorBound {
  let attributes: PoolingAttributes

  var mixesElements: Bool { true }

  func own(_ inputs: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Allowance
  {
    let eta = RoundingModel.underflow
    guard attributes.reduction == .average else { return .zero(output.shape) }
    let window = attributes.largestWindow(on: inputs[0].shape)
    // The sums are exact where they are small; the quotient may underflow.
    let model = RoundingModel(roundings: window, sums: output.shape.count)
    let magnitudes = try context.bounds.evaluator.evaluate(
      context.index, inputs: [inputs[0].mapped(\.magnitude)])
    return Allowance(
      likely: magnitudes.mapped { times(model.likely, $0) + eta },
      worst: magnitudes.mapped { times(model.worst, $0) + eta },
      overflow: Allowance.overflow(
        where: {
          !(magnitudes.elements[$0] * Double(window) < model.reach)
        }, count: magnitudes.elements.count))
  }
}
