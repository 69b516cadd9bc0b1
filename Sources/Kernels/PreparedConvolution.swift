/// A convolution whose weights are in the form that its backend wants.
///
/// The work is cut into tasks that write disjoint memory, the same ones for any number of threads, so
/// that the result has the same bits whichever thread runs them and in whatever order. Tasks belong to phases:
/// a phase begins when every task of the one before is done.
public protocol PreparedConvolution: Sendable {
  /// The number of tasks of each phase, at least one phase.
  var taskCounts: [Int] { get }

  /// The scratch elements that each thread needs; what is in them is forgotten between tasks.
  var scratchCount: Int { get }

  /// The elements that all threads share, in which one phase leaves its results to the next.
  var workspaceCount: Int { get }

  /// The bytes of weights that the backend packed, beyond those it was given.
  var packedBytes: Int { get }

  /// The packed weights in the order in which a run reads them; nil if they were not packed.
  @unsafe var firstWeights: UnsafePointer<Float>? { get }

  /// Runs one task.
  ///
  /// - Precondition: The views have the problem's shapes and the layouts that the backend names, and
  ///   do not overlap; the memory is as large as was asked for, and no other thread uses the same
  ///   scratch meanwhile.
  func run(
    phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory)
}

extension PreparedConvolution {
  public var workspaceCount: Int { 0 }
  @unsafe public var firstWeights: UnsafePointer<Float>? { nil }

  /// Runs all phases on a team of threads.
  ///
  /// - Parameters:
  ///   - team: The threads that share the tasks.
  ///   - input: What to convolve.
  ///   - output: Where the result goes.
  ///   - memory: The memory for the tasks of one worker of the team.
  @unsafe
  public func run(
    on team: WorkerTeam, input: FeatureView, output: MutableFeatureView,
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

/// The memory that a task may use beside its input and its output.
@unsafe
public struct TaskMemory {
  /// ``PreparedConvolution/scratchCount`` elements of the thread that runs the task.
  public let scratch: UnsafeMutablePointer<Float>

  /// ``PreparedConvolution/workspaceCount`` elements that the threads share.
  public let workspace: UnsafeMutablePointer<Float>

  /// The weights of the convolution that runs next, so that they can be fetched in time.
  ///
  /// They are not read; nil if there are none.
  public let following: UnsafePointer<Float>?

  public init(
    scratch: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>,
    following: UnsafePointer<Float>? = nil
  ) {
    unsafe self.scratch = unsafe scratch
    unsafe self.workspace = unsafe workspace
    unsafe self.following = unsafe following
  }
}
