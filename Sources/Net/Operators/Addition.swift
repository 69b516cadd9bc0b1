import Kernels

/// The sum of two or more inputs of one shape, from left to right.
struct Addition: Operator {
  var name: String { "add" }
  var inputCount: ClosedRange<Int> { 2...Int.max }
  func step(at node: Int) -> Step.Kind? { .add(node, relu: false) }

  func outputShape(of inputs: [TensorShape], node: String) throws(GraphError) -> TensorShape {
    for shape in inputs where shape != inputs[0] {
      throw GraphError(.wrongShape, node: node, "cannot add \(inputs[0]) and \(shape)")
    }
    return inputs[0]
  }

  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    var result = inputs[0]
    for other in inputs.dropFirst() {
      for i in result.elements.indices { result.elements[i] += other.elements[i] }
    }
    return result
  }
}

/// An addition, and whether its result goes through `max(0, ·)`.
struct PreparedAddition: PreparedOperation {
  let relu: Bool

  func run(_ inputs: [FeatureView], _ output: MutableFeatureView, _ run: OperationRun) {
    unsafe Elementwise(run.microkernels, run.team).add(inputs, relu, output)
  }
}
