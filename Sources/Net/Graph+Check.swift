extension Graph {
  /// Checks that there is one parameter of a fitting shape for every name in the graph.
  ///
  /// Parameters that no node uses are ignored, as in MXNet: a symbol may have been cut out of a larger one,
  /// whose weights it keeps.
  ///
  /// Only what does not depend on the input is checked: the outputs, kernel sides and rank of
  /// weights, and that the vectors of a node agree. Numbers of input channels follow from shape
  /// inference. O(parameters); no element is read.
  ///
  /// - Returns: The names of the parameters that no node uses, in the order of the file.
  /// - Throws: ``GraphError`` with the code ``GraphError/Code/missingParameter`` or
  ///   ``GraphError/Code/wrongShape``.
  @discardableResult
  public func check(_ parameters: Parameters) throws(GraphError) -> [String] {
    var used: Set<String> = []
    for node in nodes {
      used.formUnion(node.parameters)
      try node.check(parameters, on: nil)
    }
    return parameters.names.filter { !used.contains($0) }
  }
}

extension GraphError {
  package static func missing(_ parameter: String, of node: Node) -> GraphError {
    GraphError(
      .missingParameter, node: node.name, "its parameter \(parameter) is missing")
  }
}
