public import Kernels

extension Model {
  /// The channels that the weights of the first convolution are made for; 3 if there is none.
  public var inputChannels: Int {
    let first = graph.nodes.first { $0.inputs.contains(graph.input) && !$0.parameters.isEmpty }
    guard let first, case .convolution(let attributes) = first.operation,
      let shape = parameters[first.parameters[0]]?.shape, shape.count == 4
    else { return 3 }
    return shape[1] * attributes.groups
  }

  /// The rows and columns of the pictures that the network is made for.
  ///
  /// They come from its file, or its preprocessing, or are the first of the usual sizes at which all layers
  /// and weights fit together; nil if none does. O(nodes) per size that is tried.
  public var inputSize: Size? {
    var sizes: [Size] = []
    if let declared = graph.declaredInputSize { sizes.append(declared) }
    if case .fixed(let standard) = preprocessing.extent { sizes.append(standard) }
    sizes += Self.usualSides.map { Size($0) }
    let channels = inputChannels
    return sizes.first { size in
      let shape = TensorShape(channels: channels, height: size.height, width: size.width)
      return (try? graph.shapes(input: shape, parameters: parameters)) != nil
    }
  }

  /// ``inputSize`` where it is known, otherwise the preprocessing's size.
  public var inputExtent: Preprocessing.Extent {
    inputSize.map { .fixed($0) } ?? preprocessing.extent
  }

  /// Sides that networks of the literature are made for, the commonest first: 299 is Inception's, 227
  /// AlexNet's, 331 NASNet's, the others those of EfficientNets and of small data sets.
  private static let usualSides = [
    224, 299, 227, 331, 240, 256, 260, 300, 320, 380, 384, 448, 456, 512, 528, 600, 32, 28, 64, 96,
    128, 160, 192,
  ]
}
