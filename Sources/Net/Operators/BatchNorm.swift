import Kernels

/// A batch norm at inference as `scale · x + shift` per channel, in double precision.
///
/// `scale = gamma / √(variance + epsilon)` and `shift = beta − mean · scale` (Ioffe & Szegedy 2015,
/// algorithm 2), with gamma = 1 where it is fixed.
public struct BatchNorm: Sendable {
  public let scale: [Double]
  public let shift: [Double]

  /// `|mean · scale| + |beta|`: what the rounding error of `shift` is proportional to, which may be
  /// much more than `|shift|`.
  public let shiftMagnitude: [Double]

  /// Reads a batch norm node's parameters.
  ///
  /// - Throws: ``GraphError`` if one is missing or the lengths differ.
  public init(_ node: Node, _ parameters: Parameters) throws(GraphError) {
    guard case .batchNorm(let epsilon, let fixGamma) = node.operation else {
      throw GraphError(.notAGraph, node: node.name, "it is not a batch norm")
    }
    var values: [[Float]] = []
    for name in node.parameters {
      guard let parameter = parameters[name] else {
        throw GraphError(.missingParameter, node: node.name, "its parameter \(name) is missing")
      }
      values.append(parameter.elements)
    }
    guard values.count == 4, values.allSatisfy({ $0.count == values[0].count }) else {
      throw GraphError(.wrongShape, node: node.name, "its parameters differ in length")
    }
    var scale: [Double] = []
    var shift: [Double] = []
    var magnitude: [Double] = []
    for c in values[0].indices {
      let gamma = fixGamma ? 1 : Double(values[0][c])
      let beta = Double(values[1][c])
      let mean = Double(values[2][c])
      let factor = gamma / (Double(values[3][c]) + epsilon).squareRoot()
      scale.append(factor)
      shift.append(beta - mean * factor)
      magnitude.append((mean * factor).magnitude + beta.magnitude)
    }
    self.scale = scale
    self.shift = shift
    shiftMagnitude = magnitude
  }
}

/// Batch norm as the graph has it; see ``Operation/batchNorm(epsilon:fixGamma:)``.
struct BatchNormOperator: Operator {
  let epsilon: Double
  let fixGamma: Bool

  var name: String { "BatchNorm" }
  func step(at node: Int) -> Step.Kind? { .scaleShift(norm: node, relu: false) }

  func parameterShapes(on input: TensorShape?) -> [ParameterShape] {
    let rest = ParameterShape(.likeFirst)
    return [ParameterShape(input.map { .exactly($0.channels) } ?? .any), rest, rest, rest]
  }

  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    let norm = try BatchNorm(context.node, context.parameters)
    return unsafe context.planes(of: shape, from: inputs[0]) { plane, source, target in
      let channel = plane % shape.channels
      let (scale, shift) = (norm.scale[channel], norm.shift[channel])
      for i in 0..<shape.planeCount { unsafe target[i] = scale * source[i] + shift }
    }
  }
}

extension ScaleShift: PreparedOperation {
  func run(_ inputs: [FeatureView], _ output: MutableFeatureView, _ run: OperationRun) {
    unsafe Elementwise(run.microkernels, run.team).scaleShift(inputs[0], self, output)
  }
}
