import Glibc
import Kernels
import Net

/// Softmax over the channels of each pixel.
struct SoftmaxBound: OperatorBound {
  var mixesElements: Bool { true }

  /// `p_i · (exp(δ_i + L) − 1)` with `L = log Σ_j p_j exp(δ_j)`.
  ///
  /// `log p_i = x_i − lse(x)`, and errors of at most δ move `lse` by at most L upwards, and by
  /// Jensen's inequality by no more downwards. Unlike the derivative, this holds for errors of any size.
  func propagate(_ deltas: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Tensor<Double>
  {
    let delta = deltas[0]
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

  /// Softmax in single precision: `x − max` is rounded relative to itself, `exp` and the division
  /// round a few times, and the sum of n positive terms n times.
  ///
  /// Each term may underflow, and so may the quotient; the sum is at least 1, for one term is.
  func own(_ inputs: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Allowance
  {
    let input = inputs[0]
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
