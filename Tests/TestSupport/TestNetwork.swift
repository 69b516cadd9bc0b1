import Formats
public import Kernels
public import Net

/// A small network with seeded weights that plans, memory and verification are tested on.
public struct TestNetwork: Sendable, CustomStringConvertible {
  public let description: String
  public let graph: Graph
  public let parameters: Parameters

  /// The channels and sides of its input, one image.
  public let inputShape: TensorShape

  /// What elements of its input lie around, and by how much.
  var inputRange: (middle: Float, width: Float) = (0, 1)

  /// All of them: a well-behaved one, and two that are made of what plans get wrong.
  public static func all() throws -> [TestNetwork] {
    [try mini(), try narrowDense(), try residual()]
  }

  /// DenseNet-mini: dense blocks that grow by 8 channels, on pictures of 64×64.
  public static func mini() throws -> TestNetwork {
    let model = try Model("densenet-mini@1", team: WorkerTeam(count: 2))
    return TestNetwork(
      description: model.name, graph: model.graph, parameters: model.parameters,
      inputShape: TensorShape(channels: 3, height: 64, width: 64), inputRange: (128, 128))
  }

  /// A batch of noise, the same every time.
  public func input(batch: Int) -> Tensor<Float> {
    var shape = inputShape
    shape.batch = batch
    var generator = SeededGenerator(seed: 77)
    return Tensor(
      shape: shape,
      elements: generator.floats(shape.count).map { inputRange.middle + inputRange.width * $0 })
  }

  /// Dense blocks that grow by 12 channels, down to maps of one pixel.
  ///
  /// No part of a concatenation begins where a register does, and parts lie in two concatenations, and
  /// twice in one.
  public static func narrowDense() throws -> TestNetwork {
    var net = GraphBuilder(channels: 3, seed: 5)
    func unit(_ x: Int, _ name: String) -> Int {
      let bottleneck = net.convolution(
        "\(name)_conv1", net.normReLU("\(name)_in", x), 24, kernel: 1)
      let grown = net.convolution(
        "\(name)_conv2", net.normReLU("\(name)_mid", bottleneck), 12, kernel: 3, padding: 1)
      return net.concatenation("\(name)_concat", [x, net.identity("\(name)_drop", grown)])
    }
    var x = net.convolution("stem", net.data, 12, kernel: 3, stride: 2, padding: 1)
    x = net.relu("stem_relu", net.norm("stem_norm", x))
    x = unit(unit(x, "a1"), "a2")
    x = net.convolution("transition", net.normReLU("transition", x), 18, kernel: 1)
    x = net.pooling("transition_pool", x, .average, kernel: 2, stride: 2)
    x = unit(unit(x, "b1"), "b2")
    let wide = net.normReLU("wide", x)
    x = net.pooling("to_pixel", wide, .average, kernel: 4, stride: 4)
    // From here on maps of one pixel: 42, 54, then 66 channels.
    x = unit(unit(x, "c1"), "c2")
    let ten = net.convolution("ten", x, 10, kernel: 1)
    let one = net.convolution("one", net.relu("ten_relu", ten), 1, kernel: 1, hasBias: true)
    let largest = net.pooling("largest", wide, .maximum, kernel: 4, stride: 4)
    let parts = net.concatenation("parts", [one, ten, largest, one])
    let shared = net.concatenation("shared", [ten, parts, x])
    let flat = net.flatten("flatten", net.identity("dropout", shared))
    let logits = net.fullyConnected("fc", flat, 7, hasBias: true)
    let output = net.softmax("prob", logits)
    return try net.network("narrow dense", height: 16, width: 16, output: output)
  }

  /// Residual sums, groups, one set of weights for two nodes, a node that is read twice, and values that
  /// are flattened before a batch norm, a ReLU, a convolution and a fully connected layer.
  public static func residual() throws -> TestNetwork {
    var net = GraphBuilder(channels: 3, seed: 6)
    var x = net.relu(
      "c1_relu", net.convolution("c1", net.data, 10, kernel: 3, padding: 1, hasBias: true))
    let first = net.convolution("c2", x, 10, kernel: 3, padding: 1, weight: "shared_weight")
    let second = net.convolution(
      "c3", net.relu("c2_relu", first), 10, kernel: 3, padding: 1, weight: "shared_weight")
    x = net.relu("sum_relu", net.add("sum", [second, x]))
    x = net.add("twice", [x, x])
    x = net.relu("g1_relu", net.convolution("g1", x, 20, kernel: 3, padding: 1, groups: 5))
    let deep = net.convolution(
      "g2", x, 20, kernel: 3, stride: 2, padding: 1, groups: 20, hasBias: true)
    let single = net.relu(
      "one_relu", net.norm("one_norm", net.convolution("one", deep, 1, kernel: 1)))
    let triple = net.convolution("three", single, 3, kernel: 3, padding: 1)
    let mixed = net.concatenation("mixed", [single, triple, deep, single])
    let again = net.concatenation("again", [deep, mixed])
    let pooled = net.pooling("pooled", again, .maximum, kernel: 3, stride: 2, padding: 1)
    // Batch norm and ReLU, flattened, then a convolution on a single pixel.
    let normed = net.relu("flat1_relu", net.norm("flat1_norm", net.relu("pooled_relu", pooled)))
    let left = net.convolution("flat1_conv", net.flatten("flat1", normed, pixels: 9), 16, kernel: 1)
    // A convolution, flattened, then a batch norm of each element.
    let narrow = net.convolution("narrow", pooled, 4, kernel: 3, padding: 1)
    let elements = net.relu(
      "flat2_relu", net.norm("flat2_norm", net.flatten("flat2", narrow, pixels: 9)))
    let middle = net.fullyConnected("flat2_fc", elements, 5)
    // Ten channels of 5×5, flattened for a fully connected layer.
    let ten = net.relu("ten_relu", net.convolution("ten", mixed, 10, kernel: 3, padding: 1))
    let right = net.fullyConnected(
      "flat3_fc", net.flatten("flat3", ten, pixels: 25), 5, hasBias: true)
    let direct = net.fullyConnected("direct_fc", ten, 5, pixels: 25)
    let sum = net.add("ends", [middle, right, direct])
    let ends = net.concatenation("end", [sum, left, middle])
    let logits = net.fullyConnected("fc", net.identity("dropout", ends), 6, hasBias: true)
    let output = net.softmax("prob", logits)
    return try net.network("residual", height: 9, width: 9, output: output)
  }
}

/// Puts a graph together node by node, with weights of such a size that values neither grow nor fade.
private struct GraphBuilder {
  private var nodes = [Node(name: "data", operation: .input, inputs: [])]
  private var channels: [Int]
  private var parameters = Parameters()
  private var generator: SeededGenerator

  let data = 0

  init(channels: Int, seed: UInt64) {
    self.channels = [channels]
    generator = SeededGenerator(seed: seed)
  }

  func network(_ name: String, height: Int, width: Int, output: Int) throws -> TestNetwork {
    TestNetwork(
      description: name, graph: try Graph(nodes: nodes, output: output), parameters: parameters,
      inputShape: TensorShape(channels: channels[data], height: height, width: width))
  }

  private mutating func append(
    _ name: String, _ operation: Operation, _ inputs: [Int], _ parameters: [String] = [],
    channels count: Int? = nil
  ) -> Int {
    nodes.append(Node(name: name, operation: operation, inputs: inputs, parameters: parameters))
    channels.append(count ?? channels[inputs[0]])
    return nodes.count - 1
  }

  private mutating func draw(_ name: String, _ shape: [Int], around middle: Float, by width: Float)
  {
    let values = generator.floats(shape.reduce(1, *)).map { middle + width * $0 }
    parameters.add(name, Parameter(shape: shape, elements: values))
  }

  mutating func convolution(
    _ name: String, _ x: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    groups: Int = 1, hasBias: Bool = false, weight: String? = nil
  ) -> Int {
    let weight = weight ?? "\(name)_weight"
    let terms = channels[x] / groups * kernel * kernel
    draw(
      weight, [outputs, channels[x] / groups, kernel, kernel], around: 0,
      by: (3 / Float(terms)).squareRoot())
    if hasBias { draw("\(name)_bias", [outputs], around: 0, by: 0.5) }
    return append(
      name,
      .convolution(
        ConvolutionAttributes(
          outputChannels: outputs, kernel: Size(kernel), stride: Size(stride),
          padding: Padding(padding), groups: groups, hasBias: hasBias)), [x],
      [weight] + (hasBias ? ["\(name)_bias"] : []), channels: outputs)
  }

  mutating func fullyConnected(
    _ name: String, _ x: Int, _ outputs: Int, pixels: Int = 1, hasBias: Bool = false
  ) -> Int {
    let inputs = channels[x] * pixels
    draw("\(name)_weight", [outputs, inputs], around: 0, by: (3 / Float(inputs)).squareRoot())
    if hasBias { draw("\(name)_bias", [outputs], around: 0, by: 0.5) }
    return append(
      name, .fullyConnected(outputs: outputs, hasBias: hasBias), [x],
      ["\(name)_weight"] + (hasBias ? ["\(name)_bias"] : []), channels: outputs)
  }

  mutating func norm(_ name: String, _ x: Int) -> Int {
    let names = ["gamma", "beta", "mean", "variance"].map { "\(name)_\($0)" }
    draw(names[0], [channels[x]], around: 1, by: 0.4)
    draw(names[1], [channels[x]], around: 0.3, by: 0.4)
    draw(names[2], [channels[x]], around: 0, by: 0.3)
    draw(names[3], [channels[x]], around: 1, by: 0.5)
    return append(name, .batchNorm(epsilon: 1e-3, fixGamma: false), [x], names)
  }

  mutating func normReLU(_ name: String, _ x: Int) -> Int {
    relu("\(name)_relu", norm("\(name)_norm", x))
  }

  mutating func relu(_ name: String, _ x: Int) -> Int { append(name, .activation(.relu), [x]) }
  mutating func softmax(_ name: String, _ x: Int) -> Int { append(name, .softmax, [x]) }

  mutating func identity(_ name: String, _ x: Int) -> Int {
    append(name, .identity(.dropout), [x])
  }

  mutating func flatten(_ name: String, _ x: Int, pixels: Int = 1) -> Int {
    append(name, .flatten, [x], channels: channels[x] * pixels)
  }

  mutating func add(_ name: String, _ inputs: [Int]) -> Int { append(name, .add, inputs) }

  mutating func concatenation(_ name: String, _ inputs: [Int]) -> Int {
    append(name, .concatenation, inputs, channels: inputs.reduce(0) { $0 + channels[$1] })
  }

  mutating func pooling(
    _ name: String, _ x: Int, _ reduction: PoolingAttributes.Reduction, kernel: Int, stride: Int,
    padding: Int = 0
  ) -> Int {
    append(
      name,
      .pooling(
        PoolingAttributes(
          reduction, kernel: Size(kernel), stride: Size(stride), padding: Size(padding))), [x])
  }
}
