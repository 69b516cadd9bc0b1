import Kernels

/// A tensor that the caller provides.
struct InputOperator: Operator {
  var name: String { "input" }
  var inputCount: ClosedRange<Int> { 0...0 }
  var layoutRule: LayoutRule { .own }
  func step(at node: Int) -> Step.Kind? { nil }

  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    inputs[0]
  }
}

/// Stacks the inputs along the channel axis.
struct Concatenation: Operator {
  var name: String { "Concat" }
  var inputCount: ClosedRange<Int> { 1...Int.max }
  var layoutRule: LayoutRule { .own }
  func step(at node: Int) -> Step.Kind? { .concatenation(node) }

  func outputShape(of inputs: [TensorShape], node: String) throws(GraphError) -> TensorShape {
    var result = inputs[0]
    for shape in inputs.dropFirst() {
      guard shape.batch == result.batch, shape.height == result.height, shape.width == result.width
      else {
        throw GraphError(.wrongShape, node: node, "cannot stack \(inputs[0]) and \(shape)")
      }
      result.channels += shape.channels
    }
    return result
  }

  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    var elements: [Double] = []
    elements.reserveCapacity(shape.count)
    for image in 0..<shape.batch {
      for input in inputs {
        let count = input.shape.imageCount
        elements += input.elements[(image * count)..<((image + 1) * count)]
      }
    }
    return Tensor(shape: shape, elements: elements)
  }
}

/// Turns `[N, C, H, W]` into `[N, C·H·W, 1, 1]` without touching an element.
struct Flatten: Operator {
  var name: String { "Flatten" }
  var layoutRule: LayoutRule { .own }
  func step(at node: Int) -> Step.Kind? { .copy(node) }

  func outputShape(of inputs: [TensorShape], node: String) throws(GraphError) -> TensorShape {
    TensorShape(batch: inputs[0].batch, channels: inputs[0].imageCount)
  }

  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    Tensor(shape: shape, elements: inputs[0].elements)
  }
}

/// Which inference no-op a node was written as; it matters only to the writer of a symbol file.
public enum Identity: String, Hashable, Sendable {
  case dropout = "Dropout"
  case copy = "_copy"
  case blockGradient = "BlockGrad"
}

extension Identity: Operator {
  var name: String { rawValue }
  var layoutRule: LayoutRule { .own }
  func step(at node: Int) -> Step.Kind? { .copy(node) }

  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    inputs[0]
  }
}
