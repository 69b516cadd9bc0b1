public import Kernels

/// Which backend computes which convolution of a plan.
public struct BackendChoice: Sendable {
  /// The backend of every node that ``overrides`` does not name.
  public var standard: any ConvolutionBackend

  /// Backends by node name.
  public var overrides: [String: any ConvolutionBackend]

  /// The backend that steps in where the chosen one refuses a problem.
  public var fallback: any ConvolutionBackend

  public init(
    _ standard: any ConvolutionBackend, overrides: [String: any ConvolutionBackend] = [:],
    fallback: any ConvolutionBackend = TiledBackend()
  ) {
    self.standard = standard
    self.overrides = overrides
    self.fallback = fallback
  }

  func requested(for node: String) -> any ConvolutionBackend { overrides[node] ?? standard }

  /// The backend that will run a problem, after refusals and delegation.
  func executed(
    for node: String, problem: ConvolutionProblem, instructionSet: InstructionSet
  ) -> any ConvolutionBackend {
    let wanted = requested(for: node)
    let able = wanted.refusal(of: problem) == nil ? wanted : fallback
    return able.delegate(for: problem, instructionSet: instructionSet)
  }
}
