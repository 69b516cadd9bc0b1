import Kernels

extension Graph {
  /// Checks that there is one parameter of a fitting shape for every name in the graph.
  ///
  /// Parameters that no node has are let be, as MXNet does: a symbol may have been cut out of a larger
  /// one, whose weights it keeps.
  ///
  /// Only what does not depend on the input is checked: the outputs, kernel sides and rank of
  /// weights, and that the vectors of a node agree. Numbers of input channels follow from shape
  /// inference. O(parameters); no element is read.
  ///
  /// - Returns: The names of the parameters that no node has, in the order of the file.
  /// - Throws: ``GraphError`` with the code ``GraphError/Code/missingParameter`` or
  ///   ``GraphError/Code/wrongShape``.
  @discardableResult
  public func check(_ parameters: Parameters) throws(GraphError) -> [String] {
    var used: Set<String> = []
    for node in nodes {
      var shapes: [[Int]] = []
      for name in node.parameters {
        guard let parameter = parameters[name] else { throw .missing(name, of: node) }
        used.insert(name)
        shapes.append(parameter.shape)
      }
      try node.check(shapes)
    }
    return parameters.names.filter { !used.contains($0) }
  }
}

extension GraphError {
  package static func missing(_ parameter: String, of node: Node) -> GraphError {
    GraphError(
      .missingParameter, node: node.name, "its parameter \(parameter) is not there")
  }
}

extension Node {
  /// Checks the shapes of this node's parameters, which are in the order of ``parameters``.
  fileprivate func check(_ shapes: [[Int]]) throws(GraphError) {
    switch operation {
    case .convolution(let convolution):
      let outputs = convolution.outputChannels
      let kernel = convolution.kernel
      let sides = shapes[0]
      guard
        sides.count == 4, sides[0] == outputs, sides[1] >= 1,
        sides[2] == kernel.height, sides[3] == kernel.width
      else {
        throw wrongShape(0, sides, "[\(outputs), any, \(kernel.height), \(kernel.width)]")
      }
      if convolution.hasBias { try check(1, shapes, is: [outputs]) }
    case .fullyConnected(let outputs, let hasBias):
      let sides = shapes[0]
      guard sides.count >= 2, sides[0] == outputs, sides.allSatisfy({ $0 >= 1 }) else {
        throw wrongShape(0, sides, "[\(outputs), any]")
      }
      if hasBias { try check(1, shapes, is: [outputs]) }
    case .batchNorm:
      guard shapes[0].count == 1, shapes[0][0] >= 1 else {
        throw wrongShape(0, shapes[0], "[any]")
      }
      for slot in 1..<4 { try check(slot, shapes, is: shapes[0]) }
    case .input, .activation, .pooling, .concatenation, .add, .flatten, .identity, .softmax:
      break
    }
  }

  private func check(_ slot: Int, _ shapes: [[Int]], is expected: [Int]) throws(GraphError) {
    guard shapes[slot] == expected else { throw wrongShape(slot, shapes[slot], "\(expected)") }
  }

  private func wrongShape(_ slot: Int, _ shape: [Int], _ expected: String) -> GraphError {
    GraphError(
      .wrongShape, node: name, "its \(parameters[slot]) has the shape \(shape), not \(expected)")
  }
}
