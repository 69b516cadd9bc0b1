import Kernels

/// An operator that computes each element of its output from the same element of its input.
///
/// A new one states its name and its function; its bound uses the function's steepest slope.
protocol ElementwiseOperator: Operator {
  /// The function's value; NaN gives NaN.
  func apply(_ x: Double) -> Double

  /// Runs on a number of elements; in double precision, each rounded once, unless stated.
  func apply(
    _ microkernels: MicrokernelTable, _ count: Int, _ source: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>)
}

extension ElementwiseOperator {
  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    unsafe context.planes(of: shape, from: inputs[0]) { _, source, target in
      for i in 0..<shape.planeCount { unsafe target[i] = apply(source[i]) }
    }
  }

  func apply(
    _ microkernels: MicrokernelTable, _ count: Int, _ source: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<count { unsafe target[i] = Float(apply(Double(source[i]))) }
  }

  func prepare(_ inputs: [TensorShape], node: Node, parameters: Parameters) throws(GraphError)
    -> any PreparedOperation
  {
    PreparedElementwise(function: self)
  }
}

/// A function of each element.
private struct PreparedElementwise<Function: ElementwiseOperator>: PreparedOperation {
  let function: Function

  func run(_ inputs: [FeatureView], _ output: MutableFeatureView, _ run: OperationRun) {
    unsafe Elementwise(run.microkernels, run.team).forEachRun(inputs[0], output) {
      unsafe function.apply(run.microkernels, $0, $1, $2)
    }
  }
}
