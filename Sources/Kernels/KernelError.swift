public import Files

/// Why a convolution was not prepared.
public struct KernelError: ReportedError, Hashable {
  public enum Code: Hashable, Sendable {
    case unsupportedProblem
    case weightCountMismatch
    case outOfMemory
    case unsupportedInstructionSet
    case invalidThreadCount

    /// The kernel does not keep to the interface for kernels.
    case invalidKernel

    /// The kernel did not finish: see ``KernelFailure``.
    case kernelFailed
  }

  public let code: Code
  public let description: String

  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
