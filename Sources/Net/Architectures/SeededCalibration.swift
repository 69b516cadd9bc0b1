import Kernels

/// Gives each node of a graph its parameters from what the node reads, just before the reference runs it.
struct SeededCalibration {
  private let graph: Graph
  private let seed: UInt64
  private let team: WorkerTeam
  private let consumers: [[Int]]
  private var parameters = Parameters()

  init(graph: Graph, seed: UInt64, team: WorkerTeam) {
    self.graph = graph
    consumers = graph.consumers
    self.seed = seed
    self.team = team
  }

  /// Runs the graph on pictures, setting each node's parameters just before it runs and forgetting
  /// each value after its last reader.
  mutating func run(on pictures: Tensor<Double>) throws(GraphError) -> Parameters {
    var readers = consumers.map(\.count)
    var values = [Tensor<Double>?](repeating: nil, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      if index == graph.input {
        values[index] = pictures
        continue
      }
      let inputs = node.inputs.compactMap { values[$0] }
      for source in node.inputs {
        readers[source] -= 1
        if readers[source] == 0 { values[source] = nil }
      }
      guard let first = inputs.first else { continue }
      try setParameters(of: index, reading: first)
      if readers[index] > 0 { values[index] = try evaluate(index, inputs) }
    }
    return parameters
  }

  private func evaluate(_ index: Int, _ inputs: [Tensor<Double>]) throws(GraphError)
    -> Tensor<Double>
  {
    try ReferenceEvaluator(graph: graph, parameters: parameters, team: team)
      .evaluate(index, inputs: inputs)
  }

  private mutating func setParameters(of index: Int, reading input: Tensor<Double>)
    throws(GraphError)
  {
    let node = graph.nodes[index]
    switch node.operation {
    case .convolution(let attributes):
      let shape = [
        attributes.outputChannels, input.shape.channels / attributes.groups,
        attributes.kernel.height, attributes.kernel.width,
      ]
      let elements = weights(
        node.parameters[0], shape, centred: node.inputs.allSatisfy(isRectified))
      set(node.parameters[0], shape, elements)
      if attributes.hasBias {
        set(node.parameters[1], [shape[0]], [Float](repeating: 0, count: shape[0]))
      }
      guard let path = pathToLogits(from: index) else { break }
      // ReLUs and averages of zero bias are scaled as the weights are.
      var logits = try evaluate(index, [input])
      for next in path { logits = try evaluate(next, [logits]) }
      let scale = ClassifierScale.scale(
        logits: logits, bias: [Float](repeating: 0, count: shape[0]))
      set(node.parameters[0], shape, elements.map { Float(Double($0) * scale) })
    case .batchNorm(_, let fixGamma):
      let count = input.shape.channels
      let statistics = ChannelStatistics(input, team: team)
      let values = [
        uniform(node.parameters[0], count).map { fixGamma ? 1 : Float(1 + 0.1 * $0) },
        uniform(node.parameters[1], count).map { Float(0.1 * $0) },
        statistics.means.map(Self.rounded), statistics.variances.map(Self.rounded),
      ]
      for (name, elements) in zip(node.parameters, values) { set(name, [count], elements) }
    case .fullyConnected(let classes, let hasBias):
      try setClassifier(index, classes, hasBias: hasBias, reading: input)
    default: break
    }
  }

  /// Whether a value has gone through a ReLU, and was only moved, pooled or stacked after it.
  private func isRectified(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    return switch node.operation {
    case .activation(.relu): true
    case .pooling, .concatenation, .identity: node.inputs.allSatisfy(isRectified)
    default: false
    }
  }

  /// The nodes between a convolution and the logits, if its maps are averaged to be the logits; nil if
  /// they are something else.
  private func pathToLogits(from index: Int) -> [Int]? {
    var path: [Int] = []
    var isAveraged = false
    var node = index
    while node != graph.output {
      let readers = consumers[node]
      guard readers.count == 1 else { return nil }
      node = readers[0]
      switch graph.nodes[node].operation {
      case .activation(.relu), .flatten, .identity: break
      case .pooling(let pooling) where pooling.isGlobal && pooling.reduction == .average:
        isAveraged = true
      case .softmax: return isAveraged ? path : nil
      default: return nil
      }
      path.append(node)
    }
    return isAveraged ? path : nil
  }

  /// Random weights with the variance 2 / fan-in.
  ///
  /// - Parameters:
  ///   - name: The parameter's name.
  ///   - shape: Its shape, of which the first side counts the outputs.
  ///   - centred: Whether the weights of each output add up to zero, except for rounding.
  /// - Returns: The elements.
  private func weights(_ name: String, _ shape: [Int], centred: Bool) -> [Float] {
    let depth = shape.dropFirst().reduce(1, *)
    var elements = RandomStream(seed: seed, name: name).deviates(shape[0] * depth, team: team)
    let factor = (2 / Double(depth)).squareRoot() / RandomStream.deviation
    for row in 0..<shape[0] {
      let range = (row * depth)..<((row + 1) * depth)
      var sum = 0.0
      if centred { for i in range { sum += Double(elements[i]) } }
      let mean = sum / Double(depth)
      for i in range { elements[i] = Float((Double(elements[i]) - mean) * factor) }
    }
    return elements
  }

  private mutating func setClassifier(
    _ index: Int, _ classes: Int, hasBias: Bool, reading input: Tensor<Double>
  ) throws(GraphError) {
    let node = graph.nodes[index]
    let shape = [classes, input.shape.imageCount]
    let weights = weights(node.parameters[0], shape, centred: false)
    set(node.parameters[0], shape, weights)
    var bias = [Float](repeating: 0, count: classes)
    if hasBias { set(node.parameters[1], [classes], bias) }
    let logits = try evaluate(index, [input])
    if hasBias {
      bias = uniform(node.parameters[1], classes).map {
        Float(ClassifierScale.biasRange(classes: classes) * ($0 - 1) / 2)
      }
      set(node.parameters[1], [classes], bias)
    }
    let scale = ClassifierScale.scale(logits: logits, bias: bias)
    set(node.parameters[0], shape, weights.map { Float(Double($0) * scale) })
  }

  private func uniform(_ name: String, _ count: Int) -> [Double] {
    RandomStream(seed: seed, name: name).uniform(count)
  }

  private mutating func set(_ name: String, _ shape: [Int], _ elements: [Float]) {
    parameters.set(name, Parameter(shape: shape, elements: elements))
  }

  /// Rounds to 12 significant bits: a statistic should not look more exact than it is.
  private static func rounded(_ value: Double) -> Float {
    let bits = Float(value).bitPattern
    return Float(bitPattern: (bits &+ 0x800) & ~0xFFF)
  }
}
