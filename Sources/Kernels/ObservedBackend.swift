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

  /// The nanoseconds that the last run took by the clock of that process, and by the clock of this one.
  var lastRunTimes: (inside: Int, outside: Int)? { get }
}
