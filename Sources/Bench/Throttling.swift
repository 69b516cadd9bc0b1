import Kernels

extension NetworkSamples {
  /// The share of its usual clock below which a processor counts as throttled.
  private static let leastClock = 0.85

  /// Takes away the repetitions before which the clock was far below its usual value, which is the upper quartile
  /// of all.
  ///
  /// They say how fast the machine was, and not how fast the network is. Of a few repetitions it is not known what is
  /// usual, and all are kept.
  ///
  /// - Returns: How many they are.
  mutating func setThrottledAside() -> Int {
    let clocks = machine.map(\.clock).sorted()
    guard network.count >= Self.leastUsual, clocks.count == network.count else { return 0 }
    let least = Self.leastClock * Statistics.quantile(0.75, ofSorted: clocks)
    let kept = network.indices.filter { machine[$0].clock >= least }
    let count = network.count - kept.count
    guard count > 0 else { return 0 }
    network = kept.map { network[$0] }
    processor = kept.map { processor[$0] }
    blocks = kept.map { blocks[$0] }
    machine = kept.map { machine[$0] }
    rounds = kept.map { rounds[$0] }
    for step in steps.indices { steps[step] = kept.map { steps[step][$0] } }
    return count
  }

  /// The repetitions from which on it is known what is usual.
  private static let leastUsual = 10

  /// Whether the interval of the median is narrower than a share of it.
  func isQuiet(below noise: Double) -> Bool {
    guard network.count >= Self.leastCount, let whole = Statistics(network) else { return false }
    let interval = whole.medianInterval
    return interval.upperBound - interval.lowerBound < noise * whole.median
  }

  /// Of fewer samples the interval is the whole range, or nearly.
  private static let leastCount = 12
}
