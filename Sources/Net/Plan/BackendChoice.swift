public import Kernels

/// Which backend computes which convolution of a plan.
public struct BackendChoice: Sendable {
  /// The name in reports: the backend's name, or the source of the choice.
  public var name: String

  /// The backend of every node that ``overrides`` does not name.
  public var standard: any ConvolutionBackend

  /// Backends by node name.
  public var overrides: [String: any ConvolutionBackend]

  /// The backend to fall back to where the chosen one refuses a problem.
  public var fallback: any ConvolutionBackend

  /// The convolutions that ``overrides`` were chosen for, for one image, in benchdnn's notation; a node
  /// that is a different one is refused.
  public var expected: [String: String] = [:]

  public init(
    _ standard: any ConvolutionBackend, overrides: [String: any ConvolutionBackend] = [:],
    fallback: any ConvolutionBackend = TiledBackend(), name: String? = nil
  ) {
    self.name = name ?? standard.name
    self.standard = standard
    self.overrides = overrides
    self.fallback = fallback
  }

  /// The backend requested for a node.
  public func backend(of node: String) -> any ConvolutionBackend { overrides[node] ?? standard }

  /// The same choice with another backend in place of each requested one.
  public func map(
    _ transform: (any ConvolutionBackend) -> any ConvolutionBackend
  ) -> BackendChoice {
    var result = self
    result.standard = transform(standard)
    result.overrides = overrides.mapValues(transform)
    return result
  }

  /// The same choice, with some nodes on the backends of another.
  public func replacing(_ nodes: some Sequence<String>, by other: BackendChoice) -> BackendChoice {
    var result = self
    for node in nodes { result.overrides[node] = other.backend(of: node) }
    return result
  }

  /// Decides who computes a convolution.
  ///
  /// - Parameters:
  ///   - node: The node's name.
  ///   - problem: The convolution as the graph defines it.
  ///   - executedProblem: The convolution to compute.
  ///   - target: The target that it is prepared for.
  /// - Returns: The decision.
  /// - Throws: ``GraphError`` if the choice was made for another convolution.
  func assignment(
    of node: String, problem: ConvolutionProblem, executing executedProblem: ConvolutionProblem,
    on target: ExecutionTarget
  ) throws(GraphError) -> Assignment {
    if let expected = expected[node], expected != "\(problem.ofOneImage)" {
      throw GraphError(
        .wrongShape, node: node,
        "\(name) chooses a backend for \(expected), and here it is \(problem.ofOneImage)")
    }
    let wanted = backend(of: node)
    let refusal = wanted.refusal(of: executedProblem)
    let backend = (refusal == nil ? wanted : fallback).delegate(for: executedProblem, on: target)
    return Assignment(
      node: node, problem: problem, executedProblem: executedProblem, requested: wanted.name,
      refusal: refusal, description: backend.description(of: executedProblem, on: target),
      backend: backend)
  }
}
