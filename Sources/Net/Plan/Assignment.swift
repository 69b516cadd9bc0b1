public import Kernels

/// Who computes one convolution of a plan, and how.
///
/// It is made once, while the plan is compiled. The passes read what can be fused, the layouts what is
/// preferred; the step is prepared from it, reports print it, and verdicts rest on its algorithm. Written
/// to a file and read back, it gives the same plan again.
public struct Assignment: Sendable {
  /// The node's name.
  public let node: String

  /// The convolution as the graph defines it.
  public let problem: ConvolutionProblem

  /// The convolution that the backend is given, which differs where an average pooling after it is
  /// computed before it, or where there are spare lanes between the channels that it reads.
  public internal(set) var executedProblem: ConvolutionProblem

  /// The requested backend.
  public let requested: String

  /// Why that one does not compute the problem; nil if it does, or delegates it.
  public let refusal: String?

  /// How it is computed.
  public let description: ConvolutionDescription

  /// The backend that computes it.
  let backend: any ConvolutionBackend

  /// The backend, if its kernels run in a process of their own.
  package var observedBackend: (any ObservedBackend)? { backend as? any ObservedBackend }

  /// The name of the backend that computes it.
  public var executed: String { backend.name }
}

extension Assignment: Hashable {
  public static func == (one: Assignment, other: Assignment) -> Bool {
    one.node == other.node && one.problem == other.problem
      && one.executedProblem == other.executedProblem && one.requested == other.requested
      && one.refusal == other.refusal && one.description == other.description
      && one.executed == other.executed
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(node)
    hasher.combine(executedProblem)
    hasher.combine(executed)
  }
}
