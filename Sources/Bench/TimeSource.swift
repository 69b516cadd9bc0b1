import Glibc

/// The clocks of a measurement, which tests replace.
struct TimeSource {
  /// Nanoseconds since some moment, never set back.
  var now: () -> Int

  /// The processor time of all threads of this process, in nanoseconds.
  var processor: () -> Int

  /// `CLOCK_MONOTONIC`, which is read without entering the kernel, and `CLOCK_PROCESS_CPUTIME_ID`,
  /// which is not and costs up to some microseconds.
  static var system: TimeSource {
    TimeSource(
      now: { nanoseconds(CLOCK_MONOTONIC) }, processor: { nanoseconds(CLOCK_PROCESS_CPUTIME_ID) })
  }

  private static func nanoseconds(_ clock: clockid_t) -> Int {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}

extension SamplingOptions {
  /// The cost of one reading of the clock on this machine, in nanoseconds: the least of several attempts.
  ///
  /// A run with n steps reads it n + 2 times.
  package static func clockCost() -> Double {
    let source = TimeSource.system
    let readings = 1000
    return (0..<5).map { _ in
      let start = source.now()
      for _ in 0..<readings { _ = source.now() }
      return Double(source.now() - start) / Double(readings + 1)
    }.min() ?? 0
  }
}
