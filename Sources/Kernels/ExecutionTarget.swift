/// What convolutions are prepared for: the inner loops that run, and the threads that share the work.
///
/// Each plan has one. A backend's own decisions, above all how it packs and cuts its work, follow from
/// the problem and the target, never from the machine that happens to prepare it.
public struct ExecutionTarget: Hashable, Sendable {
  public var instructionSet: InstructionSet

  /// The number of threads to provide work for.
  ///
  /// Any other number may run the tasks, with the same bits in the result.
  public var threads: Int

  public init(_ instructionSet: InstructionSet, threads: Int = 2) {
    self.instructionSet = instructionSet
    self.threads = threads
  }

  /// The best instruction set of this processor, for two threads.
  public static var best: ExecutionTarget { ExecutionTarget(.best) }
}
