/// A convolution whose weights are in the form that its backend wants.
///
/// The work is cut into tasks that write disjoint memory, the same ones for any number of threads, so
/// that the result has the same bits whichever thread runs them and in whatever order. Tasks belong to phases:
/// a phase begins when every task of the one before is done.
public protocol PreparedConvolution: Sendable {
  /// The number of tasks of each phase, at least one phase.
  var taskCounts: [Int] { get }

  /// The bytes of scratch that each thread needs; what is in them is forgotten between tasks.
  var scratchByteCount: Int { get }

  /// The bytes that all threads share, in which one phase leaves its results for the next.
  var workspaceByteCount: Int { get }

  /// The bytes of weights that the backend packed, beyond those it was given.
  var packedBytes: Int { get }

  /// The packed weights in the order in which a run reads them; nil if they were not packed.
  @unsafe var firstWeights: UnsafePointer<Float>? { get }

  /// Runs one task.
  ///
  /// All tasks together write every channel of the output; where it is blocked, they leave finite numbers
  /// in the spare lanes of the last block if its channels are finite.
  ///
  /// - Precondition: The views have the problem's shapes and the layouts that the backend names, and
  ///   do not overlap; the memory is as large as stated, and no other thread uses the same
  ///   scratch meanwhile.
  func run(
    phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory)

  /// Runs all phases on a team of threads; a convolution that is computed elsewhere does that in its own way.
  @unsafe
  func run(
    on team: WorkerTeam, input: FeatureView, output: MutableFeatureView, in arena: Arena?,
    memory: (_ worker: Int) -> TaskMemory)

  /// Reserves an arena for operands that is in reach of where the convolution is computed; nil if any is.
  func reachableArena(byteCount: Int) throws(KernelError) -> Arena?

  /// Why the last run did not finish; nil if it did. What it wrote is then of no use.
  var failure: KernelFailure? { get }

  /// The same convolution on operands between protected pages, so that what it reads or writes outside of them
  /// makes it fail; nil where that would end the process that judges.
  func guarded(_ placement: OperandPlacement) -> (any PreparedConvolution)?
}

extension PreparedConvolution {
  public var workspaceByteCount: Int { 0 }
  @unsafe public var firstWeights: UnsafePointer<Float>? { nil }
  public var failure: KernelFailure? { nil }
  public func guarded(_ placement: OperandPlacement) -> (any PreparedConvolution)? { nil }
  public func reachableArena(byteCount: Int) throws(KernelError) -> Arena? { nil }

  /// Runs all phases on a team of threads.
  ///
  /// - Parameters:
  ///   - team: The threads that share the tasks.
  ///   - input: What to convolve.
  ///   - output: Where the result goes.
  ///   - arena: What both lie in, if they lie in one.
  ///   - memory: The memory for the tasks of one worker of the team.
  @unsafe
  public func run(
    on team: WorkerTeam, input: FeatureView, output: MutableFeatureView, in arena: Arena? = nil,
    memory: (_ worker: Int) -> TaskMemory
  ) {
    for (phase, count) in taskCounts.enumerated() {
      team.run(taskCount: count) { worker, task in
        unsafe run(
          phase: phase, task: task, input: input, output: output, memory: memory(worker))
      }
    }
  }
}

/// The memory that a task may use besides its input and its output.
@unsafe
public struct TaskMemory {
  /// ``PreparedConvolution/scratchByteCount`` bytes of the thread that runs the task.
  public let scratchBytes: UnsafeMutableRawPointer

  /// ``PreparedConvolution/workspaceByteCount`` bytes that the threads share.
  public let workspaceBytes: UnsafeMutableRawPointer

  /// The weights of the convolution that runs next, so that they can be fetched in time.
  ///
  /// They are not read; nil if there are none.
  public let following: UnsafePointer<Float>?

  public init(
    scratch: UnsafeMutableRawPointer, workspace: UnsafeMutableRawPointer,
    following: UnsafePointer<Float>? = nil
  ) {
    unsafe scratchBytes = unsafe scratch
    unsafe workspaceBytes = unsafe workspace
    unsafe self.following = unsafe following
  }

  /// The scratch memory as 32-bit floats.
  public var scratch: UnsafeMutablePointer<Float> {
    unsafe scratchBytes.assumingMemoryBound(to: Float.self)
  }

  /// The shared memory as 32-bit floats.
  public var workspace: UnsafeMutablePointer<Float> {
    unsafe workspaceBytes.assumingMemoryBound(to: Float.self)
  }
}
