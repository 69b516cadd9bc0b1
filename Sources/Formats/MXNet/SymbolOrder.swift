import Net

extension SymbolJSON {
  /// The nodes' indices in an order in which each comes after its inputs.
  ///
  /// Files that are in such an order, as MXNet's own are, keep it. A depth-first walk with an explicit
  /// stack, so that a chain of any length fits; O(nodes and edges).
  ///
  /// - Throws: ``GraphError`` if a node refers to one that does not exist or the nodes form a
  ///   cycle.
  func topologicalOrder() throws(GraphError) -> [Int] {
    for node in nodes {
      for entry in node.inputs where !nodes.indices.contains(entry.node) {
        throw GraphError(
          .notAGraph, node: node.name, "it reads node \(entry.node) of \(nodes.count)")
      }
    }
    enum State { case new, open, done }
    var states = [State](repeating: .new, count: nodes.count)
    var order: [Int] = []
    order.reserveCapacity(nodes.count)
    for start in nodes.indices where states[start] == .new {
      states[start] = .open
      var path = [(node: start, next: 0)]
      while let (node, next) = path.last {
        guard next < nodes[node].inputs.count else {
          states[node] = .done
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let source = nodes[node].inputs[next].node
        switch states[source] {
        case .done: break
        case .open:
          throw GraphError(
            .cycle, node: nodes[source].name, "it depends on its own output, a cycle")
        case .new:
          states[source] = .open
          path.append((source, 0))
        }
      }
    }
    return order
  }
}
