public import Kernels

/// A network that is built by rule instead of read from a file.
///
/// A new one is a type that conforms, and a line in ``Architectures/all``; it then has seeded weights,
/// and every command accepts its name.
public protocol Architecture: Sendable {
  /// The name on the command line, such as `densenet169`.
  var name: String { get }

  /// The number of classes of the network.
  var classes: Int { get }

  /// The shape of the input that the network is meant for: one picture.
  var inputShape: TensorShape { get }

  /// How pictures are prepared for the network.
  var preprocessing: Preprocessing { get }

  /// Builds the graph.
  ///
  /// - Throws: ``GraphError`` if the architecture's numbers do not make a network.
  func graph() throws(GraphError) -> Graph
}

extension Architecture {
  /// Pictures of the size of ``inputShape``, with values in 0...256.
  public var preprocessing: Preprocessing {
    Preprocessing(
      extent: .fixed(Size(height: inputShape.height, width: inputShape.width)))
  }
}

/// The architectures that have a name on the command line.
public enum Architectures {
  public static let all: [any Architecture] = DenseNetArchitecture.all + [SqueezeNet()]

  /// The architecture with a name, or nil if there is none.
  public static func named(_ name: String) -> (any Architecture)? {
    all.first { $0.name == name }
  }
}
