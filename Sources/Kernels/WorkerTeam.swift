import CCPU
import Synchronization

/// Threads that wait for work together: the caller and `count - 1` others.
///
/// A job is a number of tasks. Threads claim tasks one by one, so that a thread which the system has
/// taken off its core delays one task and not its whole share. Between jobs a thread spins briefly,
/// for the next job of a running network is microseconds away, and then sleeps.
///
/// Jobs run one after the other; a second caller waits for the first.
public final class WorkerTeam: Sendable {
  /// The largest number of threads.
  public static let largestCount = 1024

  /// The most tasks that are handed out together.
  private static let largestJob = 1 << 31

  /// The threads, the caller's included.
  public let count: Int

  private let board: JobBoard
  private let threads: [Thread]
  private let turn = Mutex(())

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - count: How many there are.
  ///   - isPinned: Whether each stays on a processor of its own, the calling thread too, as long as there are as many.
  /// - Throws: ``KernelError`` if `count` is not in `1...largestCount` or the system refuses.
  public init(count: Int, isPinned: Bool = false) throws(KernelError) {
    guard (1...Self.largestCount).contains(count) else {
      throw KernelError(
        .invalidThreadCount, "\(count) threads are not in 1...\(Self.largestCount)")
    }
    self.count = count
    let board = JobBoard()
    self.board = board
    var threads: [Thread] = []
    if isPinned, !ccpu_stay_on(0) {
      throw KernelError(
        .invalidThreadCount, "the system does not let a thread stay on a processor")
    }
    for worker in 1..<max(1, count) where count > 1 {
      guard
        let thread = Thread({
          if isPinned { _ = ccpu_stay_on(Int32(worker)) }
          board.serve(worker: worker)
        })
      else {
        board.stop()
        for thread in threads { thread.join() }
        throw KernelError(
          .invalidThreadCount, "the system started only \(worker) of \(count) threads")
      }
      threads.append(thread)
    }
    self.threads = threads
  }

  /// Whether the threads of another process want the same processors, so that threads which wait give way to them.
  package var sharesProcessors: Bool {
    get { board.givesWay.load(ordering: .relaxed) }
    set { board.givesWay.store(newValue, ordering: .relaxed) }
  }

  deinit {
    board.stop()
    for thread in threads { thread.join() }
  }

  /// Lets threads that are started from now on, and the calling one, run before those of other programs.
  ///
  /// - Returns: 0, or an error's number if the system refuses.
  package static func takePrecedence() -> Int32 { ccpu_take_precedence() }

  /// Runs `body` once for each task in `0..<taskCount` and returns when all are done.
  ///
  /// `worker` is below ``count`` and differs between tasks that run at the same time, so it can
  /// choose a thread's scratch memory.
  ///
  /// `body` is called on several threads at once. It is not `@Sendable` because kernels capture raw
  /// pointers; that the tasks write disjoint memory is up to the caller.
  public func run(taskCount: Int, _ body: (_ worker: Int, _ task: Int) -> Void) {
    guard count > 1, taskCount > 1 else {
      for task in 0..<max(0, taskCount) { body(0, task) }
      return
    }
    turn.withLock { _ in
      // The board counts the tasks of a job in 32 bits.
      for first in stride(from: 0, to: taskCount, by: Self.largestJob) {
        let count = min(Self.largestJob, taskCount - first)
        withoutActuallyEscaping(body) { body in
          board.run(taskCount: count) { body($0, first + $1) }
        }
      }
    }
  }
}
