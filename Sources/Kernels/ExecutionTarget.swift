/// What convolutions are prepared for: the inner loops that run, and the threads that share the work.
///
/// A plan has one. What a backend decides by itself, how it packs and cuts its work above all, follows from
/// the problem and the target, never from the machine that happens to prepare it.
public struct ExecutionTarget: Hashable, Sendable {
  public var instructionSet: InstructionSet

  /// The threads that are to have something to do.
  ///
  /// Any other number may run the tasks, with the same bits.
  public var threads: Int

  public init(_ instructionSet: InstructionSet, threads: Int = 2) {
    self.instructionSet = instructionSet
    self.threads = threads
  }

  /// The best instruction set of this processor, for two threads.
  public static var best: ExecutionTarget { ExecutionTarget(.best) }
}
