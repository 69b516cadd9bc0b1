import Kernels
import Net
import Verify

extension BenchmarkResult {
  /// Takes away times that were not earned, and says why.
  ///
  /// - Parameters:
  ///   - timed: What was timed.
  ///   - doubt: Why its results are not those of judged runs; nil if they are.
  ///   - floor: What this machine can do, as far as that has been seen.
  mutating func earn(on timed: TimedPlan, judged doubt: String?, floor: PhysicalFloor) {
    var floor = floor
    let plan = timed.executor.plan
    if !timed.isolation.isEmpty, !network.isEmpty {
      let count = network.count + setAsideCount
      let overhead = Double(timed.isolation.overhead(ofLast: count)) / Double(count)
      isolationShare = overhead * Double(network.count) / Double(max(1, network.reduce(0, +)))
    }
    // What the loops over single steps have shown.
    var reason = reason
    for index in steps.indices {
      if let failure = timed.executor.failure(ofStep: index) {
        steps[index].verdict = Verdict(failure.kind)
        steps[index].reason = failure.reason
        reason = reason ?? "\(steps[index].name): \(failure.reason)"
      } else if let assignment = plan.assignment(ofStep: index),
        let fastest = (steps[index].samples + steps[index].hot).min(),
        let doubt = floor.confirmedDoubt(Double(fastest), of: assignment, threads: threads)
      {
        steps[index].verdict = steps[index].verdict.map { max($0, .mistrusted) }
        steps[index].reason = doubt
        reason = reason ?? "\(steps[index].name): \(doubt)"
      }
    }
    if let run = timed.outputs.changedRun {
      reason = reason ?? "timed run \(run) gave other bits than an earlier one on the same input"
    }
    reason = reason ?? doubt ?? timed.isolation.doubt(stepCount: plan.stepCount)
    if let reason { withdrawTimes(reason) }
  }

  /// Takes all times away: if one step had not earned its time, the network has not either, and the time of
  /// another step may be the work of that one.
  private mutating func withdrawTimes(_ reason: String) {
    self.reason = reason
    network = []
    processor = []
    machine = []
    blocks = []
    rounds = []
    for index in steps.indices {
      steps[index].samples = []
      steps[index].hot = []
    }
  }
}
