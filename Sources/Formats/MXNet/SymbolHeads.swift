import Net

extension SymbolJSON {
  /// The output node of the network.
  ///
  /// A symbol may group several outputs: two classifiers, or features before the classifier. Of several
  /// heads the first that ends in a softmax is used, else the first that ends in a linear layer, else in
  /// a pooling, else the first.
  ///
  /// - Throws: ``GraphError`` if no head is the first output of a node.
  func chosenHead() throws(GraphError) -> Int {
    guard let first = heads.first else {
      throw GraphError(.notAGraph, node: nil, "it has no head, which would be its output")
    }
    let usable = heads.filter { nodes.indices.contains($0.node) && $0.output == 0 }.map(\.node)
    guard !usable.isEmpty else {
      throw GraphError(
        .notAGraph, node: nil, "its head is output \(first.output) of node \(first.node)")
    }
    let ends = usable.map(end)
    for wanted in [End.softmax, .linear, .pooling] {
      if let place = ends.firstIndex(of: wanted) { return usable[place] }
    }
    return usable[0]
  }

  /// One line about a group of heads; nil where there is one.
  func headRemark(chosen: Int) -> String? {
    guard heads.count > 1, nodes.indices.contains(chosen) else { return nil }
    let names = heads.prefix(Self.namedHeads).map { head in
      nodes.indices.contains(head.node) ? nodes[head.node].name : "node \(head.node)"
    }
    let rest = heads.count > names.count ? ", …" : ""
    return "of the heads \(names.joined(separator: ", "))\(rest), \(nodes[chosen].name) is computed"
  }

  /// The heads that a remark names.
  private static let namedHeads = 4

  /// The nodes that a head is followed back over: far more than networks have, and few enough for files
  /// that were made to be slow.
  private static let longestTail = 64

  /// The kind of end that a head has.
  private enum End {
    case softmax
    case linear
    case pooling
    case other
  }

  /// Follows a head back over nodes that only pass on or reshape values.
  private func end(of node: Int) -> End {
    var node = node
    for _ in 0..<Self.longestTail {
      guard let operation = try? SymbolOperator(nodes[node]).operation else { return .other }
      switch operation {
      case .softmax: return .softmax
      case .fullyConnected: return .linear
      case .pooling: return .pooling
      case .flatten, .identity:
        guard let source = nodes[node].inputs.first?.node, nodes.indices.contains(source) else {
          return .other
        }
        node = source
      default: return .other
      }
    }
    return .other
  }
}
