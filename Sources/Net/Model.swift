/// A network with its weights, as loaded from a source of models.
public struct Model: Sendable {
  /// The name in reports and goldens: `densenet169@1`, or a checkpoint's base name.
  public let name: String
  public let graph: Graph
  public let parameters: Parameters

  /// How pictures are prepared for the network by default.
  public let preprocessing: Preprocessing

  /// The file with the names of its classes, one per line; nil if it has none.
  public let labels: String?

  /// One line about unused parts of its files: other heads, parameters of no node; nil if there are none.
  public let remark: String?

  private let digestFiles: @Sendable () throws -> ModelDigests

  /// Creates a model.
  ///
  /// - Parameters:
  ///   - name: The name in reports and goldens.
  ///   - graph: The network.
  ///   - parameters: Its weights, which fit the graph (``Graph/check(_:)``).
  ///   - preprocessing: How pictures are prepared by default.
  ///   - labels: The file with the names of its classes, if there is one.
  ///   - remark: One line about unused parts of its files, if any.
  ///   - digests: Computes the sums by which the model is recognised; called on demand.
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
  /// - Throws: Errors from the source of the model.
  public func digests() throws -> ModelDigests { try digestFiles() }
}

/// SHA-256 sums of what a model was made from, in lower-case hexadecimal.
///
/// For a model that was read from files, these are the files' sums as of that time.
public struct ModelDigests: Hashable, Sendable {
  public let graph: String
  public let weights: String

  public init(graph: String, weights: String) {
    self.graph = graph
    self.weights = weights
  }
}
