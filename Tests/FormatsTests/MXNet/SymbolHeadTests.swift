import Testing

@testable import Formats
@testable import Net

/// Symbols that group several outputs.
@Suite struct SymbolHeadTests {
  /// Features, two classifiers of which the second has a softmax, and an operator that is unknown.
  private static func json(heads: String) -> [UInt8] {
    let nodes = [
      #"{"op": "null", "name": "data", "inputs": []}"#,
      #"{"op": "relu", "name": "features", "inputs": [[0, 0]]}"#,
      #"{"op": "Pooling", "name": "pool", "inputs": [[1, 0]], "#
        + #""attrs": {"global_pool": "True", "pool_type": "avg", "kernel": "(1, 1)"}}"#,
      #"{"op": "Flatten", "name": "flat", "inputs": [[2, 0]]}"#,
      #"{"op": "null", "name": "w", "inputs": []}"#,
      #"{"op": "FullyConnected", "name": "fc", "inputs": [[3, 0], [4, 0]], "#
        + #""attrs": {"num_hidden": "2", "no_bias": "True"}}"#,
      #"{"op": "softmax", "name": "soft", "inputs": [[3, 0]]}"#,
      #"{"op": "BlockGrad", "name": "last", "inputs": [[6, 0]]}"#,
      #"{"op": "SomethingElse", "name": "unknown", "inputs": [[0, 0]]}"#,
    ]
    return [UInt8](#"{"nodes": [\#(nodes.joined(separator: ", "))], "heads": \#(heads)}"#.utf8)
  }

  @Test(arguments: [
    ("[[1, 0]]", "features"), ("[[1, 0], [5, 0]]", "fc"), ("[[1, 0], [6, 0]]", "soft"),
    ("[[5, 0], [6, 0]]", "soft"), ("[[7, 0], [6, 0]]", "last"), ("[[3, 0], [5, 0]]", "fc"),
    ("[[8, 0], [5, 0]]", "fc"), ("[[1, 0], [3, 0]]", "flat"), ("[[6, 0], [5, 0]]", "soft"),
    ("[[1, 0], [0, 0]]", "features"), ("[[6, 1], [5, 0]]", "fc"), ("[[99, 0], [6, 0]]", "soft"),
  ])
  func theClassifierIsTaken(heads: String, expected: String) throws {
    let graph = try Graph(mxnetSymbol: Self.json(heads: heads))
    #expect(graph.nodes[graph.output].name == expected)
    // What the head does not need is not there.
    #expect(!graph.nodes.contains { $0.name == "unknown" })
  }

  @Test(arguments: ["[]", "[[99, 0]]", "[[6, 1], [99, 0]]", "[[-1, 0]]"])
  func noHead(heads: String) {
    #expect(SymbolFixture.code(Self.json(heads: heads)) == .notAGraph)
  }

  @Test func theOthersAreNamed() throws {
    func remark(_ heads: String) throws -> String? {
      let symbol = try SymbolJSON.parse(Self.json(heads: heads))
      return symbol.headRemark(chosen: try symbol.chosenHead())
    }
    #expect(try remark("[[6, 0]]") == nil)
    #expect(try remark("[[1, 0], [6, 0]]") == "of the heads features, soft, soft is computed")
  }

  /// A chain of heads, each a no-op on the one before, must not take the square of its length.
  @Test(.timeLimit(.minutes(1))) func manyHeads() throws {
    let count = 20_000
    var nodes = [#"{"op": "null", "name": "data", "inputs": []}"#]
    for i in 1...count {
      nodes.append(#"{"op": "_copy", "name": "n\#(i)", "inputs": [[\#(i - 1), 0]]}"#)
    }
    let heads = (1...count).map { "[\($0), 0]" }.joined(separator: ", ")
    let json = #"{"nodes": [\#(nodes.joined(separator: ", "))], "heads": [\#(heads)]}"#
    let graph = try Graph(mxnetSymbol: [UInt8](json.utf8))
    #expect(graph.nodes[graph.output].name == "n1")
  }
}
