/// A network with its weights, as a source of models gives it.
public struct Model: Sendable {
  /// The name in reports and goldens: `densenet169@1`, or a checkpoint's base name.
  public let name: String
  public let graph: Graph
  public let parameters: Parameters

  /// How pictures are prepared for the network unless something else is asked for.
  public let preprocessing: Preprocessing

  /// The file with the names of its classes, one a line; nil if none comes with it.
  public let labels: String?

  /// One line about what of its files is not used, other heads and parameters of no node; nil if all is.
  public let remark: String?

  private let digestFiles: @Sendable () throws -> ModelDigests

  /// Puts a model together.
  ///
  /// - Parameters:
  ///   - name: The name in reports and goldens.
  ///   - graph: The network.
  ///   - parameters: Its weights, which fit the graph (``Graph/check(_:)``).
  ///   - preprocessing: How pictures are prepared unless something else is asked for.
  ///   - labels: The file with the names of its classes, if there is one.
  ///   - remark: One line about what is not used of its files, if there is something.
  ///   - digests: Computes the sums by which the model is recognised; called when they are asked for.
  public init(
    name: String, graph: Graph, parameters: Parameters, preprocessing: Preprocessing,
    labels: String? = nil, remark: String? = nil,
    digests: @escaping @Sendable () throws -> ModelDigests
  ) {
    self.name = name
    self.graph = graph
    self.parameters = parameters
    self.preprocessing = preprocessing
    self.labels = labels
    self.remark = remark
    digestFiles = digests
  }

  /// The sums by which goldens and maps recognise the model.
  ///
  /// O(bytes of the weights).
  ///
  /// - Throws: What the source of the model throws.
  public func digests() throws -> ModelDigests { try digestFiles() }
}

/// SHA-256 sums of what a model was made from, in lower-case hexadecimal.
///
/// Of a model that was read from files they are the sums of these files, as they were when they were read.
public struct ModelDigests: Hashable, Sendable {
  public let graph: String
  public let weights: String

  public init(graph: String, weights: String) {
    self.graph = graph
    self.weights = weights
  }
}
