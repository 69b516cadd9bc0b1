import Kernels

extension DenseNetArchitecture {
  /// The graph, node for node and name for name as the MXNet model zoo of 2017 has
  /// it, so that goldens and checkpoints of that network fit.
  ///
  /// Batch norm comes first in each unit (pre-activation) and also precedes the first
  /// convolution, where it replaces the subtraction of means: the input is a picture in 0...256.
  ///
  /// - Throws: Nothing for any architecture; it is declared ``GraphError`` because every graph is
  ///   checked, wherever it comes from.
  public func graph() throws(GraphError) -> Graph {
    var builder = DenseNetBuilder()
    builder.stem(initialChannels)
    var channels = initialChannels
    for (index, units) in blocks.enumerated() {
      let stage = index + 1
      for unit in 1...units {
        builder.unit(unit, stage: stage, growth: growth)
      }
      channels += units * growth
      if stage < blocks.count {
        channels /= Self.compressionDivisor
        builder.transition(stage, channels: channels)
      }
    }
    builder.classifier(classes)
    return try Graph(nodes: builder.nodes, output: builder.last)
  }
}

/// Nodes that are added one after the other, each reading the one before unless it says otherwise.
private struct DenseNetBuilder {
  var nodes: [Node] = []

  /// The node that was added last.
  var last: Int { nodes.count - 1 }

  mutating func stem(_ channels: Int) {
    nodes.append(Node(name: "data", operation: .input, inputs: []))
    batchNorm("bn_data", fixGamma: true)
    convolution("conv0", channels, kernel: 7, stride: 2)
    batchNorm("bn0")
    add("relu0", .activation(.relu))
    add(
      "pooling0",
      .pooling(PoolingAttributes(.maximum, kernel: Size(3), stride: Size(2), padding: Size(1))))
  }

  /// A bottleneck unit; what it computes is stacked onto what it read.
  mutating func unit(_ unit: Int, stage: Int, growth: Int) {
    let name = "DBstage\(stage)_unit\(unit)"
    let source = last
    batchNorm("\(name)_bn1")
    add("\(name)_relu1", .activation(.relu))
    convolution("\(name)_conv1", DenseNetArchitecture.bottleneck * growth, kernel: 1)
    batchNorm("\(name)_bn2")
    add("\(name)_relu2", .activation(.relu))
    convolution("\(name)_conv2", growth, kernel: 3)
    nodes.append(
      Node(
        name: "DBstage\(stage)_concat\(unit)", operation: .concatenation, inputs: [source, last]))
  }

  /// A transition, which halves the maps between two dense blocks.
  mutating func transition(_ stage: Int, channels: Int) {
    let name = "TBstage\(stage)"
    batchNorm("\(name)_bn1")
    add("\(name)_relu1", .activation(.relu))
    convolution("\(name)_conv1", channels, kernel: 1)
    add(
      "\(name)_pool\(stage)",
      .pooling(PoolingAttributes(.average, kernel: Size(2), stride: Size(2))))
  }

  mutating func classifier(_ classes: Int) {
    batchNorm("bn1")
    add("relu1", .activation(.relu))
    // The kernel is ignored, and written as in the zoo.
    add("pool1", .pooling(PoolingAttributes(.average, kernel: Size(7), isGlobal: true)))
    add("flatten0", .flatten)
    add("fc1", .fullyConnected(outputs: classes, hasBias: true), ["weight", "bias"])
    add("softmax", .softmax)
  }

  private mutating func batchNorm(_ name: String, fixGamma: Bool = false) {
    add(
      name, .batchNorm(epsilon: 2e-5, fixGamma: fixGamma),
      ["gamma", "beta", "moving_mean", "moving_var"])
  }

  /// A convolution without bias that keeps the size of the maps, except for its stride.
  private mutating func convolution(
    _ name: String, _ channels: Int, kernel: Int, stride: Int = 1
  ) {
    let attributes = ConvolutionAttributes(
      outputChannels: channels, kernel: Size(kernel), stride: Size(stride),
      padding: Padding((kernel - 1) / 2), hasBias: false)
    add(name, .convolution(attributes), ["weight"])
  }

  private mutating func add(
    _ name: String, _ operation: Operation, _ parameters: [String] = []
  ) {
    nodes.append(
      Node(
        name: name, operation: operation, inputs: [last],
        parameters: parameters.map { "\(name)_\($0)" }))
  }
}
