public import Kernels

/// The parameters of a DenseNet-BC (Huang et al., "Densely Connected Convolutional
/// Networks", CVPR 2017, table 1 and appendix).
///
/// ``graph()`` builds its graph, and ``Parameters/seeded(for:seed:team:)`` gives it weights.
public struct DenseNetArchitecture: Architecture, Hashable {
  /// The name on the command line, such as `densenet169`.
  public let name: String

  /// The channels that each unit adds to its dense block: k in the paper.
  public let growth: Int

  /// The number of units of each dense block.
  public let blocks: [Int]

  /// The channels of the first convolution.
  public let initialChannels: Int

  /// The number of classes of the network.
  public let classes: Int

  /// The side of the square pictures that the network is meant for, in pixels.
  ///
  /// It runs on any other size as well, from 32 pixels upwards if it has four dense blocks: the first
  /// convolution and the pooling after it halve the sides, and so does each transition.
  public let naturalSize: Int

  /// The channels between a unit's two convolutions, in units of ``growth``: the B of DenseNet-BC.
  package static let bottleneck = 4

  /// The share of its channels that a dense block passes on to the next is 1 / `compressionDivisor`: the C
  /// of DenseNet-BC.
  package static let compressionDivisor = 2

  public var inputShape: TensorShape {
    TensorShape(channels: 3, height: naturalSize, width: naturalSize)
  }

  /// Creates a new architecture.
  ///
  /// - Precondition: Every number is positive and there is a dense block.
  public init(
    name: String, growth: Int, blocks: [Int], initialChannels: Int, classes: Int = 1000,
    naturalSize: Int = 224
  ) {
    precondition(!blocks.isEmpty, "there is no dense block")
    precondition(
      (blocks + [growth, initialChannels, classes, naturalSize]).allSatisfy { $0 > 0 },
      "a network has channels, units, classes and pixels")
    self.name = name
    self.growth = growth
    self.blocks = blocks
    self.initialChannels = initialChannels
    self.classes = classes
    self.naturalSize = naturalSize
  }
}

extension DenseNetArchitecture {
  /// DenseNet-121 for the thousand classes of ImageNet.
  public static let denseNet121 = DenseNetArchitecture(
    name: "densenet121", growth: 32, blocks: [6, 12, 24, 16], initialChannels: 64)

  /// DenseNet-161 for the thousand classes of ImageNet: wider than it is deep.
  public static let denseNet161 = DenseNetArchitecture(
    name: "densenet161", growth: 48, blocks: [6, 12, 36, 24], initialChannels: 96)

  /// DenseNet-169 for the thousand classes of ImageNet.
  public static let denseNet169 = DenseNetArchitecture(
    name: "densenet169", growth: 32, blocks: [6, 12, 32, 32], initialChannels: 64)

  /// DenseNet-201 for the thousand classes of ImageNet.
  public static let denseNet201 = DenseNetArchitecture(
    name: "densenet201", growth: 32, blocks: [6, 12, 48, 32], initialChannels: 64)

  /// A DenseNet with every kind of layer that the large ones have, small enough for all of its
  /// activations to be committed: 30,022 weights, and 0.9 MB of activations a picture.
  public static let mini = DenseNetArchitecture(
    name: "densenet-mini", growth: 8, blocks: [2, 2, 2, 2], initialChannels: 16, classes: 10,
    naturalSize: 64)

  /// The DenseNets that have a name on the command line.
  public static let all = [denseNet121, denseNet161, denseNet169, denseNet201, mini]
}
