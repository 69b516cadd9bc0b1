public import Kernels

/// SqueezeNet 1.1 for the thousand classes of ImageNet (Iandola et al., "SqueezeNet: AlexNet-level accuracy
/// with 50x fewer parameters and <0.5MB model size", arXiv:1602.07360, and the authors' version 1.1, which
/// takes 2.4 times fewer operations).
///
/// Eight fire modules: a pointwise convolution squeezes the channels, and a pointwise and a 3×3 convolution
/// expand them side by side. The classes are the averages of the last convolution's maps.
public struct SqueezeNet: Architecture, Hashable {
  public let name = "squeezenet1.1"
  public let classes = 1000
  public let inputShape = TensorShape(channels: 3, height: 224, width: 224)

  /// Pixels in 0...1, minus ImageNet's mean, divided by its deviation, as in torchvision.
  public var preprocessing: Preprocessing {
    Preprocessing(
      extent: .fixed(Size(224)), scale: 1, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
  }

  public init() {}

  /// The squeezed channels of each fire module, which are expanded to eight times as many.
  private static let squeezed = [16, 16, 32, 32, 48, 48, 64, 64]

  public func graph() throws(GraphError) -> Graph {
    var builder = SqueezeNetBuilder()
    builder.convolution("conv1", 64, kernel: 3, stride: 2)
    builder.pool("pool1")
    for (index, channels) in Self.squeezed.enumerated() {
      builder.fire("fire\(index + 2)", channels)
      if index == 1 || index == 3 { builder.pool("pool\(index + 2)") }
    }
    builder.add("drop9", .identity(.dropout))
    builder.convolution("conv10", classes, kernel: 1)
    builder.add("pool10", .pooling(PoolingAttributes(.average, kernel: Size(1), isGlobal: true)))
    builder.add("flatten10", .flatten)
    builder.add("softmax", .softmax)
    return try Graph(nodes: builder.nodes, output: builder.last)
  }
}

/// Nodes that are added one after the other.
private struct SqueezeNetBuilder {
  var nodes = [Node(name: "data", operation: .input, inputs: [])]

  /// The node that was added last.
  var last: Int { nodes.count - 1 }

  mutating func add(_ name: String, _ operation: Operation, to source: Int? = nil) {
    nodes.append(Node(name: name, operation: operation, inputs: [source ?? last]))
  }

  /// A convolution with bias and the ReLU after it.
  mutating func convolution(
    _ name: String, _ channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    to source: Int? = nil
  ) {
    let attributes = ConvolutionAttributes(
      outputChannels: channels, kernel: Size(kernel), stride: Size(stride),
      padding: Padding(padding), hasBias: true)
    nodes.append(
      Node(
        name: name, operation: .convolution(attributes), inputs: [source ?? last],
        parameters: ["\(name)_weight", "\(name)_bias"]))
    add("\(name)_relu", .activation(.relu))
  }

  mutating func pool(_ name: String) {
    add(
      name,
      .pooling(PoolingAttributes(.maximum, kernel: Size(3), stride: Size(2), convention: .full)))
  }

  mutating func fire(_ name: String, _ channels: Int) {
    convolution("\(name)_squeeze1x1", channels, kernel: 1)
    let squeezed = last
    convolution("\(name)_expand1x1", 4 * channels, kernel: 1)
    let expanded = last
    convolution("\(name)_expand3x3", 4 * channels, kernel: 3, padding: 1, to: squeezed)
    nodes.append(
      Node(name: "\(name)_concat", operation: .concatenation, inputs: [expanded, last]))
  }
}
