import Net

/// Times the convolutions of a plan one by one, each repeatedly.
struct HotLoop {
  /// The passes over all steps, and the repetitions of each step in a pass.
  ///
  /// A neighbour that keeps the machine busy for a second then spoils some samples of every step, instead
  /// of all of some.
  private static let rounds = 8
  private static let repetitions = 6

  let source: TimeSource

  /// Runs each convolution in a loop; it computes on the data of the network's last run.
  ///
  /// - Parameter executor: An executor that has run.
  /// - Returns: Nanoseconds, `[step][repetition]`; empty for steps that are not convolutions.
  func sample(_ executor: Executor) -> [[Int]] {
    var samples = [[Int]](repeating: [], count: executor.plan.stepCount)
    for _ in 0..<Self.rounds {
      for step in samples.indices where executor.plan.problem(ofStep: step) != nil {
        // Once for the caches.
        executor.run(step: step)
        for _ in 0..<Self.repetitions {
          let start = source.now()
          executor.run(step: step)
          samples[step].append(source.now() - start)
        }
      }
    }
    return samples
  }
}
