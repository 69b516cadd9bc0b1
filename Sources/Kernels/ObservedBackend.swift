/// A backend whose kernels run in a process of their own, which can be looked at from outside.
public protocol ObservedBackend: ConvolutionBackend {
  /// What loading the kernels has changed in the process and should not have; nil if nothing.
  var loadingChange: String? { get }

  /// The bytes of address space that the process takes; nil if it does not run.
  ///
  /// Memory that is lost stays in it, whether it was ever touched or not.
  var addressSpaceByteCount: Int? { get }

  /// The number of processes that the kernels have started and left running.
  var strayProcessCount: Int { get }

  /// How long all runs took in that process, of whatever backend.
  var kernelTimes: KernelTimes { get }

  /// Keeps the calling thread and the process on one processor, in turn, as if the kernels ran on this thread.
  ///
  /// It is for runs on one thread, from the same thread as ``unshareProcessor()``.
  func shareProcessor()

  /// Ends what ``shareProcessor()`` began.
  func unshareProcessor()

  /// What is the same for backends of one process, and no others.
  var processIdentity: ObjectIdentifier { get }
}

/// How long kernels ran, in nanoseconds.
public struct KernelTimes: Hashable, Sendable {
  /// By the clock of their process.
  public var inside = 0

  /// By the clock of the one that asks them to run.
  public var outside = 0

  /// What one run may add at most: more than any takes, and so little that millions can be added up.
  static let longestRun: Int64 = 1 << 40

  public init() {}

  /// Adds a run.
  ///
  /// - Parameters:
  ///   - inside: What its process says, which may be any number.
  ///   - outside: What passed here.
  public mutating func addRun(inside: Int64, outside: Int) {
    self.inside += Int(min(max(0, inside), Self.longestRun))
    self.outside += outside
  }

  public mutating func add(_ other: KernelTimes) {
    inside += other.inside
    outside += other.outside
  }

  /// The times since others were taken.
  public func since(_ other: KernelTimes) -> KernelTimes {
    var times = self
    times.inside -= other.inside
    times.outside -= other.outside
    return times
  }
}
