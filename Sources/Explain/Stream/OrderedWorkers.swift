package import Kernels

/// Threads that apply one function to many inputs and hand out the results in the order of the inputs.
///
/// One thread submits and takes; it decides how much is under way from ``countInFlight``:
///
///     while workers.countInFlight < 16, let next = source.next() { workers.submit(next) }
///     while let result = workers.take() { … }
package final class OrderedWorkers<Input: Sendable, Output: Sendable> {
  private struct State {
    /// Inputs that no thread has begun, with their places, first in first out.
    var pending: [(place: Int, input: Input)] = []
    var results: [Int: Output] = [:]
    var submitted = 0
    var taken = 0
    var isClosed = false
  }

  private let monitor: Monitor<State>
  private let threads: [Thread]

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - count: The number of threads, 1 or more.
  ///   - transform: Called on any of them.
  /// - Throws: ``KernelError`` if the system cannot start a thread.
  package init(
    count: Int, transform: @escaping @Sendable (Input) -> Output
  ) throws(KernelError) {
    let monitor = Monitor(State())
    self.monitor = monitor
    var threads: [Thread] = []
    for _ in 0..<max(1, count) {
      let thread = Thread {
        while true {
          let next = monitor.change(waitUntil: { !$0.pending.isEmpty || $0.isClosed }) { state in
            state.pending.isEmpty ? nil : state.pending.removeFirst()
          }
          guard let next else { return }
          let result = transform(next.input)
          monitor.change { $0.results[next.place] = result }
        }
      }
      if let thread { threads.append(thread) }
    }
    self.threads = threads
    guard !threads.isEmpty else {
      throw KernelError(.invalidThreadCount, "the system cannot start another thread")
    }
  }

  /// Ends the threads; what was submitted and not begun is dropped.
  deinit {
    monitor.change {
      $0.pending = []
      $0.isClosed = true
    }
    for thread in threads { thread.join() }
  }

  /// The number submitted and not yet taken.
  package var countInFlight: Int { monitor.read { $0.submitted - $0.taken } }

  /// Adds an input; never waits.
  package func submit(_ input: Input) {
    monitor.change { state in
      state.pending.append((state.submitted, input))
      state.submitted += 1
    }
  }

  /// The next result in order: waits for it; nil if nothing is under way.
  package func take() -> Output? {
    monitor.change(waitUntil: { $0.results[$0.taken] != nil || $0.taken == $0.submitted }) {
      Self.removeNext(&$0)
    }
  }

  /// The next result in order if it is already done.
  package func takeIfReady() -> Output? {
    monitor.change { Self.removeNext(&$0) }
  }

  private static func removeNext(_ state: inout State) -> Output? {
    guard let result = state.results.removeValue(forKey: state.taken) else { return nil }
    state.taken += 1
    return result
  }
}
