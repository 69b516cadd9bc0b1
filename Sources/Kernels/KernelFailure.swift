/// Why a kernel that was called did not finish its work.
public struct KernelFailure: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// Its process has ended.
    case crashed

    /// It took longer than it may.
    case timedOut

    /// It wanted more memory than it may have.
    case outOfMemory

    /// It says that it cannot compute the problem.
    case refused

    /// It says that it has failed.
    case failed
  }

  public let kind: Kind

  /// What happened and where, on one line.
  public let reason: String

  public init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }
}
