public import Kernels

extension Graph {
  /// The shape of every node's output for an input of one size.
  ///
  /// - Parameters:
  ///   - shape: The shape of the network's input, batch first.
  ///   - parameters: The weights whose shapes are checked; nil skips that.
  /// - Returns: One shape for each of ``Graph/nodes``, in the same order.
  /// - Throws: ``GraphError`` that names the node where the sizes do not fit or whose parameters are
  ///   missing or misshapen.
  public func shapes(input shape: TensorShape, parameters: Parameters?) throws(GraphError)
    -> [TensorShape]
  {
    var shapes: [TensorShape] = []
    shapes.reserveCapacity(nodes.count)
    for node in nodes {
      let inputs = node.inputs.map { shapes[$0] }
      let result: TensorShape
      do {
        result = node.operation == .input ? shape : try node.outputShape(of: inputs)
      } catch {
        throw GraphError(
          error.code, node: error.node, "\(error.cause) (the network's input is \(shape))")
      }
      guard result.checkedCount != nil else {
        throw GraphError(.tooLarge, node: node.name, "its output of \(result) is too large")
      }
      if let parameters {
        if let first = inputs.first { try node.check(parameters, on: first) }
      }
      shapes.append(result)
    }
    return shapes
  }
}

extension Node {
  /// The problem that this convolution or fully connected node gives a backend; nil for other nodes.
  ///
  /// A fully connected layer is a pointwise convolution of a single pixel.
  public func convolutionProblem(input: TensorShape) throws(GraphError) -> ConvolutionProblem? {
    guard let convolution = operation.definition as? any ConvolutionOperator else { return nil }
    do {
      return try convolution.problem(on: input)
    } catch {
      throw GraphError(.sizeTooSmall, node: name, "on \(input): \(error)")
    }
  }

  func outputShape(of inputs: [TensorShape]) throws(GraphError) -> TensorShape {
    guard operation.inputCount.contains(inputs.count), !inputs.isEmpty else {
      throw GraphError(.wrongInputCount, node: name, "it has no input")
    }
    return try operation.definition.outputShape(of: inputs, node: name)
  }
}
