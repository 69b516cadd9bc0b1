import Glibc
import Kernels

/// Softmax over the channels of each pixel, computed in double precision: it has a thousand elements
/// per picture.
public enum Softmax {
  /// The softmax of values, computed from the distances to the largest one.
  ///
  /// A single NaN makes the whole result NaN. O(n).
  public static func of(_ values: some Collection<Double>) -> [Double] {
    let largest = values.reduce(-Double.infinity) { $1 > $0 ? $1 : $0 }
    let terms = values.map { exp($0 - largest) }
    let sum = terms.reduce(0, +)
    return terms.map { $0 / sum }
  }
}

/// Softmax over the channel axis.
struct SoftmaxOperator: Operator {
  var name: String { "softmax" }
  var layoutRule: LayoutRule { .planar }

  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    var result = inputs[0]
    for image in 0..<shape.batch {
      for pixel in 0..<shape.planeCount {
        let first = image * shape.imageCount + pixel
        let indices = (0..<shape.channels).map { first + $0 * shape.planeCount }
        let largest = indices.reduce(-Double.infinity) { max($0, inputs[0].elements[$1]) }
        var sum = 0.0
        for i in indices {
          result.elements[i] = exp(inputs[0].elements[i] - largest)
          sum += result.elements[i]
        }
        for i in indices { result.elements[i] /= sum }
      }
    }
    return result
  }

  func prepare(_ inputs: [TensorShape], node: Node, parameters: Parameters) throws(GraphError)
    -> any PreparedOperation
  {
    PreparedSoftmax()
  }
}

private struct PreparedSoftmax: PreparedOperation {
  func run(_ inputs: [FeatureView], _ output: MutableFeatureView, _ run: OperationRun) {
    let input = unsafe inputs[0]
    let shape = unsafe input.shape
    var terms = [Double](repeating: 0, count: shape.channels)
    for image in 0..<shape.batch {
      for pixel in 0..<shape.planeCount {
        var largest = -Double.infinity
        for c in 0..<shape.channels {
          terms[c] = unsafe Double(input.plane(image, c)[pixel])
          if terms[c] > largest { largest = terms[c] }
        }
        var sum = 0.0
        for c in 0..<shape.channels {
          terms[c] = exp(terms[c] - largest)
          sum += terms[c]
        }
        for c in 0..<shape.channels {
          unsafe output.plane(image, c)[pixel] = Float(terms[c] / sum)
        }
      }
    }
  }
}
