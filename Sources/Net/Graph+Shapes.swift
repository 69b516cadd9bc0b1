public import Kernels

extension Graph {
  /// The shape of every node's output for an input of one size.
  ///
  /// - Parameters:
  ///   - shape: The shape of the network's input, batch first.
  ///   - parameters: The weights whose shapes are checked; nil skips that.
  /// - Returns: One shape for each of ``Graph/nodes``, in the same order.
  /// - Throws: ``GraphError`` that names the node at which the sizes stop making sense or whose
  ///   parameters are missing or misshapen.
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
        try node.check(parameters, inputs: inputs)
      }
      shapes.append(result)
    }
    return shapes
  }
}

extension Node {
  /// The problem that this convolution or fully connected node poses to a backend.
  ///
  /// A fully connected layer is a pointwise convolution of a single pixel.
  public func convolutionProblem(input: TensorShape) throws(GraphError) -> ConvolutionProblem? {
    do {
      switch operation {
      case .convolution(let attributes):
        return try ConvolutionProblem(
          input: input, outputChannels: attributes.outputChannels, kernel: attributes.kernel,
          stride: attributes.stride, dilation: attributes.dilation, padding: attributes.padding,
          groups: attributes.groups)
      case .fullyConnected(let outputs, _):
        return try ConvolutionProblem(
          input: TensorShape(batch: input.batch, channels: input.imageCount),
          outputChannels: outputs, kernel: Size(1))
      default:
        return nil
      }
    } catch {
      throw GraphError(.sizeTooSmall, node: name, "on \(input): \(error)")
    }
  }

  func outputShape(of inputs: [TensorShape]) throws(GraphError) -> TensorShape {
    guard let first = inputs.first else {
      throw GraphError(.wrongInputCount, node: name, "it has no input")
    }
    switch operation {
    case .convolution, .fullyConnected:
      guard let problem = try convolutionProblem(input: first) else { return first }
      return problem.output
    case .pooling(let attributes):
      return try PoolingGeometry(attributes, input: first, node: name).output
    case .concatenation:
      var result = first
      for shape in inputs.dropFirst() {
        guard shape.batch == first.batch, shape.height == first.height, shape.width == first.width
        else {
          throw GraphError(.wrongShape, node: name, "cannot stack \(first) and \(shape)")
        }
        result.channels += shape.channels
      }
      return result
    case .add:
      for shape in inputs where shape != first {
        throw GraphError(.wrongShape, node: name, "cannot add \(first) and \(shape)")
      }
      return first
    case .flatten:
      return TensorShape(batch: first.batch, channels: first.imageCount)
    case .input, .batchNorm, .activation, .identity, .softmax:
      return first
    }
  }

  /// Checks that this node's parameters exist and fit its input.
  func check(_ parameters: Parameters, inputs: [TensorShape]) throws(GraphError) {
    guard let input = inputs.first else { return }
    let expected: [[Int]] =
      switch operation {
      case .convolution(let attributes):
        [
          [
            attributes.outputChannels, input.channels / attributes.groups,
            attributes.kernel.height, attributes.kernel.width,
          ]
        ] + (attributes.hasBias ? [[attributes.outputChannels]] : [])
      case .fullyConnected(let outputs, let hasBias):
        [[outputs, input.imageCount]] + (hasBias ? [[outputs]] : [])
      case .batchNorm:
        [[Int]](repeating: [input.channels], count: 4)
      default: []
      }
    for (parameter, shape) in zip(self.parameters, expected) {
      guard let found = parameters[parameter] else {
        throw GraphError(.missingParameter, node: name, "its parameter \(parameter) is missing")
      }
      // A fully connected weight may keep the sides of the maps that it flattens.
      let fits =
        found.shape == shape
        || (operation.flattensWeight && found.shape.first == shape.first
          && found.count == shape.reduce(1, *))
      guard fits else {
        throw GraphError(
          .wrongShape, node: name,
          "its parameter \(parameter) has the shape \(found.shape), not \(shape)")
      }
    }
  }
}

extension Operation {
  fileprivate var flattensWeight: Bool {
    if case .fullyConnected = self { true } else { false }
  }
}
