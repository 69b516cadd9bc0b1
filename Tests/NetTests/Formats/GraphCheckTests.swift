import Testing

@testable import Net

/// Parameters that do not fit a graph.
@Suite struct GraphCheckTests {
  static let graph = Result {
    try Graph(mxnetSymbolFile: FormatFixture.path("symbol-1.0.json"))
  }

  static func failure(_ change: (inout Parameters) -> Void) throws -> GraphError? {
    let graph = try graph.get()
    var parameters = ParameterFileTests.parameters(for: graph)
    change(&parameters)
    do {
      try graph.check(parameters)
      return nil
    } catch {
      return error
    }
  }

  @Test func fittingParametersPass() throws {
    #expect(try Self.failure { _ in } == nil)
  }

  @Test func eachMissingParameterIsNamed() throws {
    let graph = try Self.graph.get()
    let complete = ParameterFileTests.parameters(for: graph)
    for node in graph.nodes {
      for missing in node.parameters {
        let error = try Self.failure { parameters in
          parameters = Parameters()
          for name in complete.names where name != missing {
            if let parameter = complete[name] { parameters.add(name, parameter) }
          }
        }
        #expect(error?.code == .missingParameter)
        #expect(error?.node == node.name)
        #expect(error?.cause.contains(missing) == true)
      }
    }
  }

  @Test func strayParametersAreNamed() throws {
    let error = try Self.failure { $0.add("other", Parameter(shape: [1], elements: [0])) }
    #expect(error?.code == .unusedParameter)
    #expect(error?.cause.contains("other") == true)
  }

  @Test(arguments: [
    ("conv0", "conv0_weight", [5, 3, 3, 3], "[4, any, 3, 3]"),
    ("conv0", "conv0_weight", [4, 3, 3, 1], "[4, any, 3, 3]"),
    ("conv0", "conv0_weight", [4, 3, 1, 3], "[4, any, 3, 3]"),
    ("conv0", "conv0_weight", [4, 27], "[4, any, 3, 3]"),
    ("conv0", "conv0_weight", [], "[4, any, 3, 3]"),
    ("conv1", "conv1_bias", [3], "[4]"),
    ("conv1", "conv1_bias", [4, 1], "[4]"),
    ("fc1", "fc1_weight", [4, 5], "[3, any]"),
    ("fc1", "fc1_weight", [3], "[3, any]"),
    ("fc1", "fc1_bias", [4], "[3]"),
    ("bn1", "bn1_gamma", [2, 2], "[any]"),
    ("bn1", "bn1_beta", [5], "[4]"),
    ("bn1", "bn1_moving_mean", [5], "[4]"),
    ("bn1", "bn1_moving_var", [1], "[4]"),
  ])
  func wrongShapes(node: String, name: String, shape: [Int], expected: String) throws {
    let elements = [Float](repeating: 0, count: shape.reduce(1, *))
    let error = try Self.failure { $0.set(name, Parameter(shape: shape, elements: elements)) }
    #expect(
      error
        == GraphError(
          .wrongShape, node: node, "its \(name) has the shape \(shape), not \(expected)"))
  }

  /// Weights of a fully connected layer may keep the shape of the maps that they read.
  @Test func weightsOfHigherRank() throws {
    let error = try Self.failure {
      $0.set(
        "fc1_weight", Parameter(shape: [3, 2, 1, 1], elements: [Float](repeating: 0, count: 6)))
    }
    #expect(error == nil)
  }
}
