import FoundationEssentials
import Kernels
import Testing

@testable import Formats
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

  /// A symbol that was cut out of a larger one keeps the weights of the whole.
  @Test func parametersOfNoNodeAreNamedAndLetBe() throws {
    let graph = try Self.graph.get()
    var parameters = ParameterFileTests.parameters(for: graph)
    #expect(try graph.check(parameters) == [])
    for name in ["other", "another"] { parameters.add(name, Parameter(shape: [1], elements: [0])) }
    #expect(try graph.check(parameters) == ["other", "another"])
  }

  @Test func aModelSaysWhatItDoesNotUse() throws {
    let graph = try Self.graph.get()
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "densecam-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var whole = ParameterFileTests.parameters(for: graph)
    whole.add("second_weight", Parameter(shape: [1], elements: [0]))
    // The writer leaves out what no node has, so a graph that has it must write the file.
    let nodes =
      graph.nodes + [
        Node(
          name: "second",
          operation: .convolution(
            ConvolutionAttributes(outputChannels: 1, kernel: Size(1), hasBias: false)),
          inputs: [0], parameters: ["second_weight"])
      ]
    let prefix = folder.path + "/cut"
    try graph.write(mxnetSymbolFile: prefix + "-symbol.json")
    try whole.write(
      mxnetFile: prefix + "-0000.params", for: Graph(nodes: nodes, output: graph.output))
    let model = try Model(prefix + ":0", team: WorkerTeam(count: 1))
    #expect(model.remark == "1 of its parameters belong to no node: second_weight")
    try whole.write(mxnetFile: prefix + "-0001.params", for: graph)
    #expect(try Model(prefix + ":1", team: WorkerTeam(count: 1)).remark == nil)
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
