import Explain
import Formats
import FoundationEssentials
import Glibc
import Kernels
import Net
import TestSupport
import Testing

/// Gluon exports a classifier without the softmax, which is part of its loss.
@Suite("Probabilities") struct ProbabilityTests {
  /// A checkpoint of one linear layer on averages, on disk.
  private func write(_ prefix: String, endsInSoftmax: Bool) throws {
    var nodes = [
      Node(name: "data", operation: .input, inputs: []),
      Node(
        name: "pool",
        operation: .pooling(PoolingAttributes(.average, kernel: Size(1), isGlobal: true)),
        inputs: [0]),
      Node(
        name: "fc", operation: .fullyConnected(outputs: 4, hasBias: true), inputs: [1],
        parameters: ["w", "b"]),
    ]
    if endsInSoftmax { nodes.append(Node(name: "soft", operation: .softmax, inputs: [2])) }
    let graph = try Graph(nodes: nodes, output: nodes.count - 1)
    var parameters = Parameters()
    parameters.add(
      "w", Parameter(shape: [4, 3], elements: [1, 2, -1, 0.5, 0, 3, -2, 1, 1, 0, 0, -4]))
    parameters.add("b", Parameter(shape: [4], elements: [0.25, -1, 2, 0]))
    try graph.write(mxnetSymbolFile: prefix + "-symbol.json")
    try parameters.write(mxnetFile: prefix + "-0000.params", for: graph)
  }

  @Test("are the softmax of the logits, whether or not the network ends in one", arguments: [1, 3])
  func explained(batch: Int) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "densecam-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var generator = SeededGenerator(seed: 4)
    let shape = TensorShape(channels: 3, height: 5, width: 4)
    let inputs = (0..<batch).map { _ in
      Tensor(shape: shape, elements: generator.floats(shape.count).map { 2 * $0 + 0.5 })
    }
    var results: [[[Float]]] = []
    for endsInSoftmax in [false, true] {
      let prefix = folder.path + "/net\(endsInSoftmax)"
      try write(prefix, endsInSoftmax: endsInSoftmax)
      let team = try WorkerTeam(count: 2)
      let explainer = Explainer(
        model: try Model(prefix + ":0", team: team), backends: BackendChoice(NaiveBackend()),
        options: .standard, team: team, batch: batch)
      let found = try explainer.run(inputs)
      for inference in found {
        let terms = inference.logits.map { exp(Double($0)) }
        for (got, term) in zip(inference.probabilities, terms) {
          #expect((Double(got) - term / terms.reduce(0, +)).magnitude < 1e-6)
        }
        #expect(inference.probabilities != inference.logits)
      }
      results.append(found.map(\.probabilities))
    }
    #expect(results[0] == results[1])
    #expect(Set(results[0].map { $0[0] }).count == batch)
  }
}
