import Kernels
import Testing

@testable import Net

@Suite("The classes of a network") struct ClassifierTests {
  /// A chain of operations on three channels of two by two pixels.
  private func classifier(_ operations: [Operation]) throws -> (Classifier?, Graph) {
    var nodes = [Node(name: "data", operation: .input, inputs: [])]
    for operation in operations {
      let name = "n\(nodes.count)"
      nodes.append(
        Node(
          name: name, operation: operation, inputs: [nodes.count - 1],
          parameters: (0..<operation.parameterCount).map { "\(name)_\($0)" }))
    }
    let graph = try Graph(nodes: nodes, output: nodes.count - 1)
    let shapes = try graph.shapes(
      input: TensorShape(batch: 2, channels: 3, height: 2, width: 2), parameters: nil)
    return (Classifier(of: graph, shapes: shapes), graph)
  }

  static let linear = Operation.fullyConnected(outputs: 4, hasBias: true)
  static let average = Operation.pooling(
    PoolingAttributes(.average, kernel: Size(1), isGlobal: true))
  static let pointwise = Operation.convolution(
    ConvolutionAttributes(outputChannels: 5, kernel: Size(1), hasBias: true))

  @Test(
    "are those of its softmax or of its last layer",
    arguments: [
      ([linear, .softmax], 1, 4, true), ([linear], 1, 4, false),
      ([.flatten, linear, .identity(.dropout)], 2, 4, false),
      ([linear, .softmax, .flatten], 1, 4, true), ([average], 1, 3, false),
      ([average, pointwise, .flatten], 2, 5, false),
      ([pointwise, average, .flatten, .softmax], 3, 5, true),
      ([.flatten, .softmax], 1, 12, true),
    ] as [([Operation], Int, Int, Bool)])
  func found(operations: [Operation], logits: Int, count: Int, endsInSoftmax: Bool) throws {
    let classifier = try #require(try classifier(operations).0)
    #expect(classifier.logits == logits && classifier.classCount == count)
    #expect(classifier.endsInSoftmax == endsInSoftmax)
  }

  @Test(
    "are none if it ends in maps or features",
    arguments: [
      [pointwise], [.softmax], [pointwise, .softmax], [linear, .activation(.relu)],
    ] as [[Operation]])
  func none(operations: [Operation]) throws {
    #expect(try classifier(operations).0 == nil)
  }

  /// What NumPy gives for the softmax.
  @Test("have probabilities with and without a softmax") func probabilities() throws {
    let logits: [Double] = [1.5, -2, 0.25, 3, -1000, 2, 2.5, 0.001]
    let expected = [
      0.17246163, 0.00520789, 0.04941108, 0.7729194, 0, 0.35917064, 0.59217227, 0.04865709,
    ]
    let plain = try #require(try classifier([Self.linear]).0)
    for (got, expected) in zip(plain.probabilities(logits), expected) {
      #expect((got - expected).magnitude < 1e-8)
    }
    for (got, expected) in zip(plain.probabilities(logits.map { Float($0) }), expected) {
      #expect((Double(got) - expected).magnitude < 1e-7)
    }
    let soft = try #require(try classifier([Self.linear, .softmax]).0)
    #expect(soft.probabilities(expected) == expected)
  }

  /// The same weights with and without the softmax: the same bits.
  @Test("have the bits that a softmax at the end gives") func bits() throws {
    let (plain, graph) = try classifier([Self.linear, .softmax])
    let logits = [0.5, -1.25, 3.75, 2, 100, 99.5, 0, -3]
    let softmax = try ReferenceEvaluator(
      graph: graph, parameters: Parameters(), team: WorkerTeam(count: 1)
    ).evaluate(
      2, inputs: [Tensor(shape: TensorShape(batch: 2, channels: 4), elements: logits)])
    let classifier = try #require(try classifier([Self.linear]).0)
    #expect(classifier.probabilities(logits) == softmax.elements)
    #expect(plain?.endsInSoftmax == true)
  }

  @Test("are NaN, all of them, if a logit is") func notANumber() throws {
    let classifier = try #require(try classifier([Self.linear]).0)
    let result = classifier.probabilities([0, .nan, 1, 2, 0, 0, 0, 0] as [Float])
    #expect(result[..<4].allSatisfy(\.isNaN) && result[4...].allSatisfy { $0 == 0.25 })
  }
}
