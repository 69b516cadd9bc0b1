import Kernels
public import Net

extension Graph {
  /// Writes the graph as the JSON of a symbol file that MXNet 1.x loads.
  ///
  /// Reading the result back gives an equal graph, provided that the output depends on every node.
  ///
  /// - Throws: ``GraphError`` if a convolution's padding is not symmetric, which MXNet cannot
  ///   express.
  public func mxnetSymbol() throws(GraphError) -> String {
    var writer = SymbolWriter()
    for node in nodes { try writer.add(node) }
    return writer.json(head: output)
  }
}

/// Collects the nodes of a symbol file, among which parameters are nodes, too.
private struct SymbolWriter {
  /// One line of JSON for each node.
  private var lines: [String] = []

  /// The indices of the variables.
  private var variables: [Int] = []

  /// Where the outputs of each node start in the list of all outputs, and where the last end.
  private var outputStarts = [0]

  /// The index of each of the graph's nodes, and of each parameter.
  private var nodeIndices: [Int] = []
  private var parameterIndices: [String: Int] = [:]

  mutating func add(_ node: Node) throws(GraphError) {
    var entries = node.inputs.map { "[\(nodeIndices[$0]), 0, 0]" }
    for (slot, parameter) in node.parameters.enumerated() {
      // MXNet counts writes to a batch norm's statistics in the third number.
      let version = node.operation.auxiliarySlots.contains(slot) ? 1 : 0
      entries.append("[\(variable(parameter)), 0, \(version)]")
    }
    let description = try SymbolDescription(node)
    nodeIndices.append(lines.count)
    if node.operation == .input { variables.append(lines.count) }
    append(
      description.operatorName, node.name, description.attributes, entries,
      outputs: description.outputCount)
  }

  /// The index of the variable for a parameter, which nodes may share.
  private mutating func variable(_ name: String) -> Int {
    if let index = parameterIndices[name] { return index }
    let index = lines.count
    parameterIndices[name] = index
    variables.append(index)
    append("null", name, [], [], outputs: 1)
    return index
  }

  private mutating func append(
    _ operatorName: String, _ name: String, _ attributes: [(String, String)], _ inputs: [String],
    outputs: Int
  ) {
    var line = "    {\"op\": \(quoted(operatorName)), \"name\": \(quoted(name))"
    if !attributes.isEmpty {
      let fields = attributes.map { "\(quoted($0.0)): \(quoted($0.1))" }
      line += ", \"attrs\": {\(fields.joined(separator: ", "))}"
    }
    lines.append(line + ", \"inputs\": [\(inputs.joined(separator: ", "))]}")
    outputStarts.append((outputStarts.last ?? 0) + outputs)
  }

  func json(head: Int) -> String {
    """
    {
      "nodes": [
    \(lines.joined(separator: ",\n"))
      ],
      "arg_nodes": \(variables),
      "node_row_ptr": \(outputStarts),
      "heads": [[\(nodeIndices[head]), 0, 0]],
      "attrs": {"mxnet_version": ["int", 10901]}
    }

    """
  }

  /// A JSON string.
  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
