@testable import Formats
@testable import Net

/// Symbol files of one operator, as JSON.
enum SymbolFixture {
  /// The JSON of variables `data`, `w` and nodes; the last one is the head.
  static func json(_ nodes: String..., head: Int? = nil) -> [UInt8] {
    let all =
      [
        #"{"op": "null", "name": "data", "inputs": []}"#,
        #"{"op": "null", "name": "w", "inputs": []}"#,
      ] + nodes
    return [UInt8](
      """
      {"nodes": [\(all.joined(separator: ", "))], "heads": [[\(head ?? all.count - 1), 0]]}
      """.utf8)
  }

  /// A node of any operator over `data`.
  static func node(
    _ op: String, _ attributes: [String: String] = [:], inputs: String = "[[0, 0]]"
  ) -> String {
    let fields = attributes.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ", ")
    return #"{"op": "\#(op)", "name": "n", "attrs": {\#(fields)}, "inputs": \#(inputs)}"#
  }

  static func operation(_ node: String) throws -> Operation {
    let graph = try Graph(mxnetSymbol: json(node))
    return graph.nodes[graph.output].operation
  }

  static func code(_ json: [UInt8]) -> GraphError.Code? {
    do {
      _ = try Graph(mxnetSymbol: json)
      return nil
    } catch {
      return error.code
    }
  }
}
