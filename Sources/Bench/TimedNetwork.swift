public import Kernels
public import Net

/// A network in the form that a ``Sampler`` times: something that runs and tells after each turn of a
/// step.
public struct TimedNetwork {
  let stepCount: Int

  /// The step that each turn belongs to.
  ///
  /// A step has several turns if it runs for one image of a batch after the other.
  let turns: [Int]

  /// Runs once, and calls `lap` when the input is in place, then after each turn.
  let run: (_ lap: () -> Void) -> Void

  init(stepCount: Int, turns: [Int], run: @escaping (_ lap: () -> Void) -> Void) {
    self.stepCount = stepCount
    self.turns = turns
    self.run = run
  }

  /// A network that computes the same input again and again.
  ///
  /// - Precondition: The input has the shape that the plan was made for.
  public init(_ executor: Executor, input: Tensor<Float>) {
    let turns = executor.plan.turns
    self.init(stepCount: executor.plan.stepCount, turns: turns.map(\.step)) { lap in
      // What `Executor.run` does, with a lap after the copy of the input as well: otherwise the
      // first step would have to answer for it.
      executor.write(input.elements.span, to: executor.plan.graph.input)
      lap()
      for turn in turns.indices {
        executor.run(turn: turn)
        lap()
      }
    }
  }
}

/// The times of one network, in nanoseconds.
public struct NetworkSamples: Hashable, Sendable {
  /// The whole run, one value a repetition: the copy of the input, every step, and n + 2 readings
  /// of the clock for n turns of steps.
  public internal(set) var network: [Int] = []

  /// What processors spent on all threads of this process in the whole run, waiting threads
  /// included, one value a repetition.
  ///
  /// The clock that tells is too slow to be read after each step.
  public internal(set) var processor: [Int] = []

  /// Each step with one reading of the clock a turn, `[step][repetition]`.
  public internal(set) var steps: [[Int]]

  /// The runs that came before.
  public internal(set) var warmUpCount = 0

  /// Whether the times had stopped falling when the repetitions began.
  public internal(set) var isWarm = false

  init(stepCount: Int) { steps = [[Int]](repeating: [], count: stepCount) }
}

/// Runs a network between readings of the clock.
struct Recorder {
  private let network: TimedNetwork
  private let source: TimeSource
  private(set) var samples: NetworkSamples

  /// The readings of one run, reserved beforehand so that nothing is allocated while time is taken.
  private var readings: [Int]

  init(_ network: TimedNetwork, source: TimeSource) {
    self.network = network
    self.source = source
    samples = NetworkSamples(stepCount: network.stepCount)
    readings = [Int](repeating: 0, count: network.turns.count + 2)
  }

  /// Runs once.
  ///
  /// - Returns: The time of the whole run in nanoseconds, and that of processors.
  private mutating func time() -> (total: Int, processor: Int) {
    var next = 1
    let processor = source.processor()
    readings[0] = source.now()
    network.run {
      readings[next] = source.now()
      next += 1
    }
    let end = source.processor()
    precondition(next == readings.count, "the network took \(next - 2) turns")
    return (readings[next - 1] - readings[0], end - processor)
  }

  /// Runs once and keeps nothing but the count.
  mutating func warmUp() -> Int {
    samples.warmUpCount += 1
    return time().total
  }

  /// Notes that the times have stopped falling.
  mutating func settle() { samples.isWarm = true }

  /// Runs once and keeps the times.
  mutating func measure() -> Int {
    let (total, processor) = time()
    samples.network.append(total)
    samples.processor.append(processor)
    var steps = [Int](repeating: 0, count: network.stepCount)
    for (turn, step) in network.turns.enumerated() {
      steps[step] += readings[turn + 2] - readings[turn + 1]
    }
    for (step, time) in steps.enumerated() { samples.steps[step].append(time) }
    return total
  }
}
