/// A network in the form that a ``Sampler`` times: something that runs and calls back after each step.
package struct TimedNetwork {
  let stepCount: Int

  /// Called before each run, before the clock starts.
  let begin: () -> Void

  /// Runs once, and calls `lap` when the input is in place, then after each step.
  let run: (_ lap: () -> Void) -> Void

  /// Called after each run, when its time has been taken.
  let end: () -> Void

  /// Called before each block of repetitions but the first: what differs from one process to another by chance
  /// may be chosen again.
  let renew: () -> Void

  init(
    stepCount: Int, begin: @escaping () -> Void = {}, run: @escaping (_ lap: () -> Void) -> Void,
    end: @escaping () -> Void = {}, renew: @escaping () -> Void = {}
  ) {
    self.stepCount = stepCount
    self.begin = begin
    self.run = run
    self.end = end
    self.renew = renew
  }
}

/// The times of one network, in nanoseconds.
package struct NetworkSamples: Hashable, Sendable {
  /// The whole run, one value per repetition: the copy of the input, every step, and n + 2 readings
  /// of the clock for n steps.
  package internal(set) var network: [Int] = []

  /// The processor time of all threads of this process in the whole run, waiting threads included, one
  /// value per repetition.
  ///
  /// That clock is too slow to be read after each step.
  package internal(set) var processor: [Int] = []

  /// Each step with one reading of the clock, `[step][repetition]`.
  package internal(set) var steps: [[Int]]

  /// How fast the machine was just before each repetition.
  package internal(set) var machine: [MachineReading] = []

  /// The block that each repetition belongs to, from 0 on.
  package internal(set) var blocks: [Int] = []

  /// The number of each repetition, from 0 on.
  package internal(set) var rounds: [Int] = []

  /// The runs that came before.
  package internal(set) var warmUpCount = 0

  /// Whether the times had stopped falling when the repetitions began.
  package internal(set) var isWarm = false

  init(stepCount: Int) { steps = [[Int]](repeating: [], count: stepCount) }
}

/// Runs a network between readings of the clock.
struct Recorder {
  private let network: TimedNetwork
  private let source: TimeSource
  private(set) var samples: NetworkSamples

  /// The readings of one run, reserved beforehand so that nothing is allocated while timing.
  private var readings: [Int]

  init(_ network: TimedNetwork, source: TimeSource) {
    self.network = network
    self.source = source
    samples = NetworkSamples(stepCount: network.stepCount)
    readings = [Int](repeating: 0, count: network.stepCount + 2)
  }

  /// Runs once.
  ///
  /// - Returns: The time of the whole run in nanoseconds, and that of processors.
  private mutating func time() -> (total: Int, processor: Int) {
    var next = 1
    network.begin()
    defer { network.end() }
    let processor = source.processor()
    readings[0] = source.now()
    network.run {
      readings[next] = source.now()
      next += 1
    }
    let end = source.processor()
    precondition(next == readings.count, "the network ran \(next - 2) steps")
    return (readings[next - 1] - readings[0], end - processor)
  }

  /// Runs once and keeps only the count.
  mutating func warmUp() -> Int {
    samples.warmUpCount += 1
    return time().total
  }

  /// Records that the times have stopped falling.
  mutating func settle() { samples.isWarm = true }

  /// Runs once and keeps the times.
  ///
  /// - Parameters:
  ///   - yardstick: What tells how fast the machine is.
  ///   - block: The number of the block, before which the network is renewed if it is another one.
  /// - Returns: The time in nanoseconds.
  mutating func measure(_ yardstick: Yardstick, block: Int) -> Int {
    if let last = samples.blocks.last, last != block { network.renew() }
    yardstick.read()
    let (total, processor) = time()
    samples.machine.append(yardstick.reading)
    samples.blocks.append(block)
    samples.rounds.append(samples.rounds.count)
    samples.network.append(total)
    samples.processor.append(processor)
    for step in samples.steps.indices {
      samples.steps[step].append(readings[step + 2] - readings[step + 1])
    }
    return total
  }
}
