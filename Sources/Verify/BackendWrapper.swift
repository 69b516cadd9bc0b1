import Kernels

/// A backend that does what another does, but for what it does to convolutions that are prepared.
protocol BackendWrapper: ConvolutionBackend {
  var base: any ConvolutionBackend { get }

  /// The same around another backend.
  func wrapping(_ base: any ConvolutionBackend) -> Self
}

extension BackendWrapper {
  var name: String { base.name }
  var summary: String { base.summary }

  func refusal(of problem: ConvolutionProblem) -> String? { base.refusal(of: problem) }

  func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    base.description(of: problem, on: target)
  }

  func delegate(for problem: ConvolutionProblem, on target: ExecutionTarget)
    -> any ConvolutionBackend
  {
    wrapping(base.delegate(for: problem, on: target))
  }
}
