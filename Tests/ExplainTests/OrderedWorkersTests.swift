import Glibc
import Synchronization
import Testing

@testable import Explain

@Suite("Workers that keep the order") struct OrderedWorkersTests {
  @Test("give results in the order of the inputs", arguments: [1, 2, 5]) func order(threads: Int)
    throws
  {
    let workers = try OrderedWorkers<Int, Int>(count: threads) { input in
      // The first of each four takes longest.
      usleep(UInt32(4 - input % 4) * 300)
      return input * input
    }
    var results: [Int] = []
    for input in 0..<40 {
      workers.submit(input)
      while workers.countInFlight >= 6, let result = workers.take() { results.append(result) }
    }
    while let result = workers.take() { results.append(result) }
    #expect(results == (0..<40).map { $0 * $0 })
    #expect(workers.take() == nil && workers.countInFlight == 0)
  }

  @Test("run at the same time") func parallel() throws {
    // Each waits for the other, so one thread alone would never end.
    let arrived = Monitor(0)
    let workers = try OrderedWorkers<Int, Int>(count: 2) { input in
      arrived.change { $0 += 1 }
      return arrived.change(waitUntil: { $0 >= 2 }) { _ in input }
    }
    workers.submit(1)
    workers.submit(2)
    #expect(workers.take() == 1)
    #expect(workers.take() == 2)
  }

  @Test("do not wait where nothing is asked of them") func ready() throws {
    let gate = Monitor(false)
    let workers = try OrderedWorkers<Int, Int>(count: 1) { input in
      gate.change(waitUntil: { $0 }) { _ in input }
    }
    workers.submit(7)
    #expect(workers.takeIfReady() == nil)
    gate.change { $0 = true }
    #expect(workers.take() == 7)
  }

  @Test("end although work is left") func abandoned() throws {
    let begun = Monitor(0)
    do {
      let workers = try OrderedWorkers<Int, Int>(count: 2) { input in
        begun.change { $0 += 1 }
        usleep(2000)
        return input
      }
      for input in 0..<1000 { workers.submit(input) }
      _ = workers.take()
    }
    #expect(begun.read { $0 } < 1000)
  }
}
