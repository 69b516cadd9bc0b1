/// Fixed work whose time tells how fast the machine is at the moment.
///
/// A processor's clock follows its temperature and its power, and what is between a core and memory is shared with
/// neighbours. The same work takes longer then, and so does whatever is timed beside it.
@safe
final class Yardstick {
  /// What was measured last.
  private(set) var reading = MachineReading()

  private let source: TimeSource
  private let buffer: UnsafeMutableBufferPointer<UInt64>

  /// When the memory was measured last, and what that took, in nanoseconds.
  private var last = Int.min / 2
  private var cost = 0

  /// Keeps what the work computes, so that it cannot be left out.
  private var sum: UInt64 = 1

  /// Dependent operations of one measurement of the clock: some microseconds.
  private static let chainLength = 8000

  /// More than the second cache of a core, and less than the last one that it shares with its neighbours.
  private static let byteCount = 4 << 20

  /// The elements of a line of a cache.
  private static let lineElements = 8

  /// The measurements of the memory take at most one part in so many of the time.
  private static let mostShare = 50

  init(source: TimeSource = .system) {
    self.source = source
    unsafe buffer = .allocate(capacity: Self.byteCount / MemoryLayout<UInt64>.stride)
    unsafe buffer.initialize(repeating: 1)
  }

  deinit { unsafe buffer.deallocate() }

  /// Measures the clock, and the memory if that is due.
  func read() {
    reading.clock = (0..<3).map { _ in clock() }.max() ?? 0
    let now = source.now()
    guard now - last >= cost * Self.mostShare else { return }
    reading.bandwidth = bandwidth()
    last = source.now()
    cost = last - now
  }

  /// Operations of a chain in a nanosecond.
  private func clock() -> Double {
    let start = source.now()
    var value = sum
    for _ in 0..<Self.chainLength { value = value &+ (value >> 1) }
    sum = value | 1
    return Double(2 * Self.chainLength) / Double(max(1, source.now() - start))
  }

  /// Bytes that are read in a nanosecond, a line after the other.
  private func bandwidth() -> Double {
    let start = source.now()
    var value = sum
    var index = 0
    let count = unsafe buffer.count
    while index < count {
      unsafe value &+= buffer[index]
      index += Self.lineElements
    }
    sum = value | 1
    return Double(Self.byteCount) / Double(max(1, source.now() - start))
  }
}

/// How fast the machine was at a moment.
package struct MachineReading: Hashable, Sendable {
  /// Dependent operations in a nanosecond on one core, which is about its clock in GHz.
  package var clock = 0.0

  /// Bytes that one core reads in a nanosecond from beyond its own caches.
  package var bandwidth = 0.0

  package init(clock: Double = 0, bandwidth: Double = 0) {
    self.clock = clock
    self.bandwidth = bandwidth
  }
}
