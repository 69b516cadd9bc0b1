import Formats
import Kernels
import Net
import TestSupport
import Testing

@Suite("Class Activation Maps") struct ClassActivationMapTests {
  @Test("average to the logit, less the bias", arguments: BackendRegistry.builtIn.names)
  func identity(name: String) throws {
    let model = try Model("densenet-mini@1", team: WorkerTeam(count: 2))
    let shape = TensorShape(channels: 3, height: 96, width: 64)
    let shapes = try model.graph.shapes(input: shape, parameters: model.parameters)
    let head = try ClassifierHead(of: model.graph, shapes: shapes)
    #expect(model.graph.nodes[head.features].name == "relu1")
    #expect(model.graph.nodes[head.logits].name == "fc1")
    #expect(head.classCount == 10)
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(try #require(BackendRegistry.builtIn[name])),
      options: PlanOptions(taps: ["relu1", "fc1"]))
    let executor = try Executor(plan: plan, team: WorkerTeam(count: 2))
    var generator = SeededGenerator(seed: 1)
    let input = generator.floats(shape.count).map { 128 * ($0 + 1) }
    executor.run(input.span)
    let logits = executor.value(of: head.logits)
    let largest = logits.reduce(0) { max($0, Double($1.magnitude)) }
    for index in 0..<10 {
      let map = try head.map(
        ofClass: index, features: executor.value(of: head.features)[...],
        shape: shapes[head.features], parameters: model.parameters)
      #expect(map.height == 3 && map.width == 2)
      let logit = map.mean + head.biasValue(ofClass: index, parameters: model.parameters)
      #expect((logit - Double(logits[index])).magnitude <= 1e-4 * largest)
    }
  }

  @Test("of a network that ends in class maps are those maps") func classMaps() throws {
    let graph = try Graph(
      nodes: [
        Node(name: "data", operation: .input, inputs: []),
        Node(
          name: "conv",
          operation: .convolution(
            ConvolutionAttributes(outputChannels: 2, kernel: Size(1), hasBias: false)),
          inputs: [0], parameters: ["w"]),
        Node(name: "relu", operation: .activation(.relu), inputs: [1]),
        Node(
          name: "pool",
          operation: .pooling(PoolingAttributes(.average, kernel: Size(1), isGlobal: true)),
          inputs: [2]),
        Node(name: "flat", operation: .flatten, inputs: [3]),
        Node(name: "softmax", operation: .softmax, inputs: [4]),
      ], output: 5)
    let shape = TensorShape(channels: 3, height: 2, width: 2)
    let head = try ClassifierHead(
      of: graph, shapes: graph.shapes(input: shape, parameters: nil))
    #expect(head.weight == nil && head.classCount == 2)
    #expect(graph.nodes[head.features].name == "relu")
    let map = try head.map(
      ofClass: 1, features: ([1, 2, 3, 4, 5, 6, 7, 8] as [Float])[...],
      shape: TensorShape(channels: 2, height: 2, width: 2), parameters: Parameters())
    #expect(map.values == [5, 6, 7, 8] && map.mean == 6.5)
    #expect(map.peak ?? (0, 0) == (1, 1))
  }

  @Test("need such a head") func noHead() throws {
    let graph = try Graph(
      nodes: [
        Node(name: "data", operation: .input, inputs: []),
        Node(name: "softmax", operation: .softmax, inputs: [0]),
      ], output: 1)
    #expect(throws: GraphError.self) {
      try ClassifierHead(
        of: graph,
        shapes: graph.shapes(input: TensorShape(channels: 3), parameters: nil))
    }
  }

  @Test("rank with ties to the earlier class") func ranking() {
    #expect(topIndices([0.1, 0.4, 0.4, 0.05] as [Float], 3) == [1, 2, 0])
    #expect(topIndices([.nan, 1, 2] as [Float], 3) == [2, 1, 0])
    #expect(topIndices([1] as [Float], 5) == [0])
  }

  @Test("order classes of one probability by their logits") func saturated() {
    let order = ClassOrder(
      probabilities: [0, 1, 0, 0, .nan, 0] as [Float], logits: [-9, 800, 5, 7, 900, 7])
    #expect(order.first(6) == [1, 3, 5, 2, 0, 4] && order.first(2) == [1, 3])
    #expect(order.first(6).map(order.rank) == [1, 2, 3, 4, 5, 6])
    #expect(order.first(-1).isEmpty && order.first(9).count == 6)
  }
}
