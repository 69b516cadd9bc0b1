import CCPU
import Glibc
import Synchronization

/// Where the threads of a ``WorkerTeam`` find their tasks.
///
/// `ticket` holds the number of the current job in its upper half and the next unclaimed task in its
/// lower half. A thread claims a task by a compare-and-exchange on the whole, so it can never claim
/// from a job other than the one whose body it read: if the job had changed, so had the number.
@safe
final class JobBoard: @unchecked Sendable {
  typealias Body = (_ worker: Int, _ task: Int) -> Void

  private static let taskBits: UInt64 = 32
  private static let taskMask: UInt64 = (1 << taskBits) - 1

  /// Looks at the board before a thread goes to sleep: some tens of microseconds.
  private static let spins = 4000

  private let ticket = Atomic<UInt64>(0)
  private let taskCount = Atomic<UInt64>(0)
  private let finished = Atomic<UInt64>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)

  /// Whether threads that wait give their processors to others.
  let givesWay = Atomic<Bool>(false)

  /// The address of the current job's body on its caller's stack.
  private let body = Atomic<UInt>(0)

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe mutex.initialize(to: pthread_mutex_t())
    unsafe wake = .allocate(capacity: 1)
    unsafe wake.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(wake, nil)
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe pthread_cond_destroy(wake)
    unsafe mutex.deallocate()
    unsafe wake.deallocate()
  }

  /// Posts a job, works on it and returns when every task is done.
  func run(taskCount count: Int, _ job: @escaping Body) {
    precondition(UInt64(count) < Self.taskMask, "too many tasks")
    unsafe withUnsafePointer(to: job) { address in
      let number = (ticket.load(ordering: .relaxed) >> Self.taskBits) + 1
      // Close the old job first, so that no thread claims from it by the new job's count.
      ticket.store((number - 1) << Self.taskBits | Self.taskMask, ordering: .sequentiallyConsistent)
      finished.store(0, ordering: .relaxed)
      taskCount.store(UInt64(count), ordering: .relaxed)
      body.store(UInt(bitPattern: address), ordering: .relaxed)
      ticket.store(number << Self.taskBits, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeAll() }
      work(worker: 0)
      // The last tasks are running elsewhere. Give the core away if that takes long: the thread that
      // runs them may be waiting for this one.
      var looks = 0
      while finished.load(ordering: .acquiring) < UInt64(count) {
        looks += 1
        wait(looks > Self.spins)
      }
    }
  }

  /// Claims and runs tasks of the current job until none is left.
  private func work(worker: Int) {
    while true {
      let seen = ticket.load(ordering: .acquiring)
      let count = taskCount.load(ordering: .relaxed)
      let address = body.load(ordering: .relaxed)
      let task = seen & Self.taskMask
      guard task < count else { return }
      let (claimed, _) = ticket.compareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      guard claimed, let job = unsafe UnsafePointer<Body>(bitPattern: address) else { continue }
      unsafe job.pointee(worker, Int(task))
      finished.add(1, ordering: .releasing)
    }
  }

  /// The main loop of a thread of the team.
  func serve(worker: Int) {
    var done: UInt64 = 0
    while let number = next(after: done) {
      work(worker: worker)
      done = number
    }
  }

  /// Waits for a job with another number than `done`; nil when the team ends.
  private func next(after done: UInt64) -> UInt64? {
    for _ in 0..<Self.spins {
      if stopping.load(ordering: .relaxed) { return nil }
      let number = ticket.load(ordering: .acquiring) >> Self.taskBits
      if number != done { return number }
      wait()
    }
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    // Announce first, look second: the thread that posts stores first and looks for sleepers second.
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      if stopping.load(ordering: .sequentiallyConsistent) { return nil }
      let number = ticket.load(ordering: .sequentiallyConsistent) >> Self.taskBits
      if number != done { return number }
      unsafe pthread_cond_wait(wake, mutex)
    }
  }

  /// Lets a moment pass.
  private func wait(_ isLong: Bool = false) {
    if isLong || givesWay.load(ordering: .relaxed) { sched_yield() } else { ccpu_pause() }
  }

  private func wakeAll() {
    unsafe pthread_mutex_lock(mutex)
    unsafe pthread_cond_broadcast(wake)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Ends every ``serve(worker:)``.
  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    wakeAll()
  }
}
