import Kernels
import Net

/// Times the convolutions of a plan one by one, each repeatedly.
struct HotLoop {
  /// The passes over all steps, and the repetitions of each step in a pass.
  ///
  /// A neighbour that keeps the machine busy for a second then spoils some samples of every step, instead
  /// of all of some.
  private static let rounds = 8
  private static let repetitions = 6

  /// How many times longer a run on other data may take than one on the same data: for those data are not in the
  /// cache, and the threads have to get them from each other.
  private static let largestRatio = 4

  /// The further runs on other data before a ratio is believed.
  private static let confirmations = 60

  /// The nanoseconds below which such ratios mean nothing.
  private static let shortest = 20_000

  let source: TimeSource

  /// What a loop over one step has shown.
  struct Result {
    /// Nanoseconds of each repetition.
    var times: [Int] = []

    /// The shortest time of a run on data that the kernel had not seen before.
    var fastestOnOtherData = Int.max

    /// Why the times are not believed; nil if nothing speaks against them.
    var doubt: String?

    /// Whether other data take so much longer that what was computed before may have been kept.
    var isSuspicious: Bool {
      guard let fastest = times.min() else { return false }
      return fastestOnOtherData > HotLoop.shortest
        && fastestOnOtherData / HotLoop.largestRatio > fastest
    }
  }

  /// Runs each convolution in a loop; it begins with the data of the network's last run.
  ///
  /// Between the passes the data change their sign, and a run on the same data has to give the same bits.
  ///
  /// - Parameter timed: A plan that has run.
  /// - Returns: What was found, by step; without times for steps that are not convolutions.
  func sample(_ timed: TimedPlan) -> [Result] {
    let executor = timed.executor
    let plan = executor.plan
    timed.isolation.shareProcessor()
    defer { timed.isolation.unshareProcessor() }
    var results = [Result](repeating: Result(), count: plan.stepCount)
    for _ in 0..<Self.rounds {
      for index in results.indices where plan.problem(ofStep: index) != nil {
        let first = timeOnOtherData(index, executor)
        let output = executor.value(of: plan.step(index).output).map(\.bitPattern)
        let orderVaries = plan.assignment(ofStep: index)?.description.orderVaries == true
        results[index].fastestOnOtherData = min(results[index].fastestOnOtherData, first)
        for _ in 0..<Self.repetitions { results[index].times.append(time(index, executor)) }
        if !orderVaries,
          executor.value(of: plan.step(index).output).map(\.bitPattern) != output
        {
          results[index].doubt = "alone, it gave other bits on the same data"
        }
      }
    }
    for index in results.indices where results[index].isSuspicious {
      // A neighbour may have slowed the few runs on other data: what is slow in all of many is not due to that.
      for _ in 0..<Self.confirmations where results[index].isSuspicious {
        results[index].fastestOnOtherData = min(
          results[index].fastestOnOtherData, timeOnOtherData(index, executor))
      }
      guard results[index].isSuspicious, let fastest = results[index].times.min() else { continue }
      results[index].doubt =
        "alone, it took \(fastest / 1000) µs on data that it had seen, and "
        + "\(results[index].fastestOnOtherData / 1000) µs on others"
    }
    return results
  }

  /// Times a step after the sign of its inputs has been changed.
  private func timeOnOtherData(_ step: Int, _ executor: Executor) -> Int {
    for input in executor.plan.step(step).inputs {
      let negated = executor.value(of: input).map { -$0 }
      executor.write(negated.span, to: input)
    }
    return time(step, executor)
  }

  private func time(_ step: Int, _ executor: Executor) -> Int {
    let start = source.now()
    executor.run(step: step)
    return source.now() - start
  }
}
