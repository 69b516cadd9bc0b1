import Net

/// Times the convolutions of a plan one by one, each again and again.
struct HotLoop {
  /// The repetitions of each step, and the first ones that are not counted.
  private static let repetitions = 25
  private static let warmUp = 3

  let source: TimeSource

  /// Runs each convolution in a loop; it computes on what the last run of the network has left.
  ///
  /// - Parameter executor: An executor that has run.
  /// - Returns: Nanoseconds, `[step][repetition]`; empty for steps that are no convolutions.
  func sample(_ executor: Executor) -> [[Int]] {
    (0..<executor.plan.stepCount).map { step in
      guard executor.plan.problem(ofStep: step) != nil else { return [] }
      return (0..<(Self.warmUp + Self.repetitions)).map { _ in
        let start = source.now()
        executor.run(step: step)
        return source.now() - start
      }.suffix(Self.repetitions)
    }
  }
}
