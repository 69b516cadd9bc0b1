import Testing

@testable import Formats
@testable import Net

/// Symbol files that are not graphs, by accident or on purpose.
@Suite struct HostileSymbolTests {
  @Test func unknownOperatorIsNamed() {
    #expect(
      throws: GraphError(.unknownOperator, node: "n", "the operator Deconvolution is not supported")
    ) { try Graph(mxnetSymbol: SymbolFixture.json(SymbolFixture.node("Deconvolution"))) }
  }

  /// An operator that the head does not need is not looked at.
  @Test func partsThatTheHeadDoesNotNeedAreDropped() throws {
    let other = #"{"op": "Mystery", "name": "m", "inputs": [[1, 0]]}"#
    let graph = try Graph(
      mxnetSymbol: SymbolFixture.json(SymbolFixture.node("Flatten"), other, head: 2))
    #expect(graph.nodes.map(\.name) == ["data", "n"])
  }

  @Test func nodesMayComeInAnyOrder() throws {
    let graph = try Graph(
      mxnetSymbol: [UInt8](
        """
        {"nodes": [{"op": "Flatten", "name": "b", "inputs": [[1, 0]]},
                   {"op": "relu", "name": "a", "inputs": [[2, 0]]},
                   {"op": "null", "name": "x"}], "heads": [[0, 0]]}
        """.utf8))
    #expect(graph.nodes.map(\.name) == ["x", "a", "b"])
  }

  @Test func cyclesAreNamed() {
    let first = #"{"op": "relu", "name": "a", "inputs": [[3, 0]]}"#
    let second = #"{"op": "relu", "name": "b", "inputs": [[2, 0]]}"#
    #expect(SymbolFixture.code(SymbolFixture.json(first, second)) == .cycle)
    #expect(
      SymbolFixture.code(SymbolFixture.json(SymbolFixture.node("relu", inputs: "[[2, 0]]")))
        == .cycle)
  }

  /// A chain in reverse order is walked without recursion.
  @Test func longChainsFit() throws {
    let length = 20_000
    let nodes = (0..<length).map {
      #"{"op": "relu", "name": "\#($0)", "inputs": [[\#($0 + 1), 0]]}"#
    }
    let text = nodes.joined(separator: ",") + #", {"op": "null", "name": "x", "inputs": []}"#
    let graph = try Graph(
      mxnetSymbol: [UInt8](#"{"nodes": [\#(text)], "heads": [[0, 0]]}"#.utf8))
    #expect(graph.nodes.count == length + 1)
    #expect(graph.nodes[graph.output].name == "0")
  }

  @Test(arguments: [
    ("[[0, 1]]", GraphError.Code.notAGraph), ("[[0, -1]]", .notAGraph), ("[[9, 0]]", .notAGraph),
    ("[[-1, 0]]", .notAGraph), ("[[0]]", .notAGraph), ("[[0, 0, 0, 0]]", .notAGraph),
    ("[0]", .notAGraph), ("[[0.5, 0]]", .notAGraph), ("[[1e30, 0]]", .notAGraph),
    ("[]", .wrongInputCount), ("[[0, 0], [1, 0]]", .wrongInputCount),
  ])
  func badInputs(inputs: String, code: GraphError.Code) {
    #expect(
      SymbolFixture.code(SymbolFixture.json(SymbolFixture.node("relu", inputs: inputs))) == code)
  }

  @Test func inputsAndParametersMustBeDistinct() {
    let attributes = ["num_hidden": "2", "no_bias": "True"]
    #expect(
      SymbolFixture.code(
        SymbolFixture.json(
          SymbolFixture.node("FullyConnected", attributes, inputs: "[[0,0],[0,0]]")))
        == .notAGraph)
    #expect(
      SymbolFixture.code(SymbolFixture.json(SymbolFixture.node("_Plus", inputs: "[[0,0],[1,0]]")))
        == .notAGraph)
    let computed = #"{"op": "relu", "name": "r", "inputs": [[0, 0]]}"#
    #expect(
      SymbolFixture.code(
        SymbolFixture.json(
          computed, SymbolFixture.node("FullyConnected", attributes, inputs: "[[0,0],[2,0]]")))
        == .notAGraph)
    let twin = #"{"op": "null", "name": "w", "inputs": []}"#
    let first =
      #"{"op": "FullyConnected", "name": "f", "attrs": {"num_hidden": "2"}, "#
      + #""inputs": [[0, 0], [1, 0]]}"#
    #expect(
      SymbolFixture.code(
        SymbolFixture.json(
          twin, first, SymbolFixture.node("FullyConnected", attributes, inputs: "[[3,0],[2,0]]")))
        == .duplicateName)
  }

  @Test func duplicateNames() {
    #expect(
      SymbolFixture.code(
        SymbolFixture.json(
          SymbolFixture.node("relu"), SymbolFixture.node("relu", inputs: "[[2, 0]]")))
        == .duplicateName)
  }

  @Test(arguments: [
    "", "{", "null", "[]", "{}", "42", "\"nodes\"", #"{"nodes": [], "heads": []}"#,
    #"{"nodes": [], "heads": [[0, 0]]}"#, #"{"nodes": 3, "heads": [[0, 0]]}"#,
    #"{"nodes": [{"op": "null"}], "heads": [[0, 0]]}"#,
    #"{"nodes": [{"op": "null", "name": "x"}], "heads": [[1, 0]]}"#,
    #"{"nodes": [{"op": "null", "name": "x"}], "heads": [[0, 1]]}"#,
    #"{"nodes": [{"op": "null", "name": "x", "attrs": {"a": 3}}], "heads": [[0, 0]]}"#,
    "\u{FEFF}", "\u{0}\u{0}\u{0}",
  ])
  func notAGraph(text: String) {
    #expect(SymbolFixture.code([UInt8](text.utf8)) == .notAGraph)
  }

  @Test func deepNestingIsRefused() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
    #expect(SymbolFixture.code(deep) == .notAGraph)
    let inside = [UInt8](#"{"heads": [[0, 0]], "other": "#.utf8) + deep
    #expect(SymbolFixture.code(inside) == .notAGraph)
  }

  /// No prefix of a file is a graph, and none crashes.
  @Test func truncation() throws {
    let json = try FormatFixture.bytes("symbol-0.8.json").dropLast()
    for count in 0..<json.count {
      #expect(SymbolFixture.code([UInt8](json.prefix(count))) == .notAGraph, "after \(count) bytes")
    }
  }

  /// Whatever a byte becomes, the result is a graph or an error.
  @Test(arguments: [0x01, 0x04, 0x80, 0xFF] as [UInt8])
  func flippedBytes(mask: UInt8) throws {
    let json = try FormatFixture.bytes("symbol-0.9.json")
    var refused = 0
    for index in json.indices {
      var broken = json
      broken[index] ^= mask
      if SymbolFixture.code(broken) != nil { refused += 1 }
    }
    #expect(refused > json.count / 4)
  }

  @Test func filesHaveALimit() throws {
    try FormatFixture.withPath { path in
      try FormatFixture.makeSparseFile(path, count: 1 << 30)
      #expect(throws: FormatError.self) { try Graph(mxnetSymbolFile: path) }
      let error = #expect(throws: FormatError.self) {
        try Graph(mxnetSymbolFile: path + ".missing")
      }
      #expect(error?.description == "\(path).missing: No such file or directory")
    }
  }

  @Test func fileErrorsNameTheFileAndTheNode() throws {
    try FormatFixture.withFile(SymbolFixture.json(SymbolFixture.node("Crop"))) { path in
      let error = #expect(throws: FormatError.self) { try Graph(mxnetSymbolFile: path) }
      #expect(error?.graphError?.code == .unknownOperator)
      #expect(error?.description == "\(path): node n: the operator Crop is not supported")
    }
  }
}
