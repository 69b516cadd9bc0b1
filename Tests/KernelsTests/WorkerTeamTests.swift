import Foundation
import Kernels
import Synchronization
import Testing

// State is shared by NSLock: ThreadSanitizer follows it, but not the standard library's Mutex.
@Suite("The worker team") struct WorkerTeamTests {
  @Test("runs each task once, whatever the counts", arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
  func once(threads: Int, tasks: Int) throws {
    let team = try WorkerTeam(count: threads)
    let lock = NSLock()
    for _ in 0..<20 {
      var counts = [Int](repeating: 0, count: tasks)
      team.run(taskCount: tasks) { worker, task in
        precondition((0..<threads).contains(worker))
        lock.withLock { counts[task] += 1 }
      }
      #expect(counts == [Int](repeating: 1, count: tasks))
    }
  }

  @Test("never runs two tasks on one worker at a time") func distinctWorkers() throws {
    let team = try WorkerTeam(count: 4)
    var busy: Set<Int> = []
    let lock = NSLock()
    let clashes = Atomic<Int>(0)
    team.run(taskCount: 2000) { worker, _ in
      if !lock.withLock({ busy.insert(worker).inserted }) {
        clashes.add(1, ordering: .relaxed)
      }
      lock.withLock { _ = busy.remove(worker) }
    }
    #expect(clashes.load(ordering: .relaxed) == 0)
  }

  @Test("wakes up after it has slept") func sleeps() async throws {
    let team = try WorkerTeam(count: 3)
    for _ in 0..<5 {
      let sum = Atomic<Int>(0)
      team.run(taskCount: 100) { _, task in sum.add(task, ordering: .relaxed) }
      #expect(sum.load(ordering: .relaxed) == 4950)
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  @Test("uses no processor while it has nothing to do") func idle() async throws {
    let team = try WorkerTeam(count: 3)
    var clocks: Set<clockid_t> = []
    let lock = NSLock()
    // No task ends before all have begun, so each is on a thread of its own.
    let begun = Atomic<Int>(0)
    team.run(taskCount: 3) { worker, _ in
      var clock = clockid_t()
      if worker > 0, unsafe pthread_getcpuclockid(pthread_self(), &clock) == 0 {
        lock.withLock { _ = clocks.insert(clock) }
      }
      begun.add(1, ordering: .relaxed)
      while begun.load(ordering: .relaxed) < 3 { sched_yield() }
    }
    func spent() -> [Double] {
      lock.withLock {
        clocks.sorted().map { clock in
          var time = timespec()
          unsafe clock_gettime(clock, &time)
          return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
      }
    }
    // On a busy machine it may take them a while to fall asleep.
    var isIdle = false
    for _ in 0..<20 where !isIdle {
      let before = spent()
      #expect(before.count == 2)
      try await Task.sleep(for: .milliseconds(300))
      isIdle = spent() == before
    }
    #expect(isIdle)
  }

  @Test("many short jobs in a row lose no task") func manyJobs() throws {
    let team = try WorkerTeam(count: 2)
    let sum = Atomic<Int>(0)
    for _ in 0..<20_000 { team.run(taskCount: 3) { _, _ in sum.add(1, ordering: .relaxed) } }
    #expect(sum.load(ordering: .relaxed) == 60_000)
  }

  @Test("refuses counts that make no sense", arguments: [0, -1, 10_000])
  func refuses(count: Int) {
    #expect(throws: KernelError.self) { try WorkerTeam(count: count) }
  }
}
