/// How long to measure.
package struct SamplingOptions: Hashable, Sendable {
  /// The repetitions of each candidate; nil for as many as fit in ``seconds``.
  package var repetitions: Int?

  /// The time to measure for, per candidate and without the warm-up.
  package var seconds: Double

  /// The repetitions that are made even if they take longer than ``seconds``.
  package var leastRepetitions: Int

  /// The longest time to warm up for, per candidate, in seconds.
  package var warmUpSeconds: Double

  /// The share of the median below which the width of its interval has to be before measuring ends; nil for no
  /// such condition.
  package var noise: Double?

  /// The blocks that the repetitions are made in, before each of which everything is put elsewhere in memory.
  package var blocks = 10

  /// Whether each convolution is also timed alone, repeatedly, with its weights and its data
  /// in the cache.
  package var includesHot = false

  /// The limit of repetitions by time, as a report keeps every one of them.
  package static let mostRepetitions = 400

  package init(
    repetitions: Int? = nil, seconds: Double = 3, leastRepetitions: Int = 5,
    warmUpSeconds: Double = 2
  ) {
    self.repetitions = repetitions
    self.seconds = seconds
    self.leastRepetitions = leastRepetitions
    self.warmUpSeconds = warmUpSeconds
  }
}

/// How far a benchmark has come.
package struct BenchmarkProgress: Hashable, Sendable {
  package enum Phase: Hashable, Sendable {
    case verifying
    case warmingUp
    case measuring
  }

  package var phase: Phase

  /// The share of the phase that is done, from 0 to 1; a warm-up may end at any share.
  package var fraction: Double
}

/// Times networks against each other.
package struct Sampler {
  private let options: SamplingOptions
  private let source: TimeSource

  package init(_ options: SamplingOptions = SamplingOptions()) {
    self.init(options, source: .system)
  }

  init(_ options: SamplingOptions, source: TimeSource) {
    self.options = options
    self.source = source
  }

  /// Warms the networks up and measures them, one run of each after the other.
  ///
  /// The warm-up ends when the times of all networks have stopped falling (three runs in a row that
  /// are not 1 % faster than the fastest before), or when ``SamplingOptions/warmUpSeconds`` have
  /// passed for each of them.
  ///
  /// - Parameters:
  ///   - networks: What to time, in the order of a round.
  ///   - shouldStop: Called before each run; what has been measured is kept.
  ///   - progress: Called after each run.
  /// - Returns: The samples of each network; without repetitions if it was stopped before.
  package func sample(
    _ networks: [TimedNetwork], shouldStop: () -> Bool = { false },
    progress: (BenchmarkProgress) -> Void = { _ in }
  ) -> [NetworkSamples] {
    var recorders = networks.map { Recorder($0, source: source) }
    if !recorders.isEmpty, warmUp(&recorders, shouldStop, progress) {
      measure(&recorders, shouldStop, progress)
    }
    return recorders.map(\.samples)
  }

  /// - Returns: Whether to continue.
  private func warmUp(
    _ recorders: inout [Recorder], _ shouldStop: () -> Bool,
    _ progress: (BenchmarkProgress) -> Void
  ) -> Bool {
    var states = recorders.map { _ in WarmUp() }
    let limit = options.warmUpSeconds * Double(recorders.count)
    let start = source.now()
    while true {
      for index in recorders.indices {
        if shouldStop() { return false }
        states[index].add(recorders[index].warmUp())
        let spent = Double(source.now() - start) / 1e9
        progress(.init(phase: .warmingUp, fraction: limit > 0 ? min(1, spent / limit) : 1))
      }
      let areWarm = states.allSatisfy(\.isWarm)
      guard !areWarm, Double(source.now() - start) / 1e9 < limit else { break }
    }
    for index in recorders.indices where states[index].isWarm { recorders[index].settle() }
    return true
  }

  private func measure(
    _ recorders: inout [Recorder], _ shouldStop: () -> Bool,
    _ progress: (BenchmarkProgress) -> Void
  ) {
    let budget = options.seconds * 1e9 * Double(recorders.count)
    let least = max(1, options.repetitions ?? min(options.leastRepetitions, Self.most))
    let yardstick = Yardstick(source: source)
    let most = options.repetitions ?? Self.most
    var spent = 0.0
    var round = 0
    while round < least || (options.repetitions == nil && spent < budget && round < Self.most) {
      // What is known beforehand is the number of rounds, or the time.
      let time = options.repetitions == nil && budget > 0 ? spent / budget : 0
      let done = max(time, Double(round) / Double(max(1, most)))
      let block = min(options.blocks - 1, Int(done * Double(options.blocks)))
      for index in recorders.indices {
        if shouldStop() { return }
        spent += Double(recorders[index].measure(yardstick, block: max(0, block)))
        let share = Double(round * recorders.count + index + 1) / Double(least * recorders.count)
        let time = budget > 0 ? spent / budget : 1
        let fraction = options.repetitions == nil ? min(share, time) : share
        progress(.init(phase: .measuring, fraction: min(1, fraction)))
      }
      round += 1
      if round >= least, let noise = options.noise,
        recorders.allSatisfy({ $0.samples.isQuiet(below: noise) })
      {
        return
      }
    }
  }

  private static var most: Int { SamplingOptions.mostRepetitions }
}
