extension Fault {
  /// Faults that one right result does not rule out.
  static let misconductFaults: [Fault] = [
    Fault("rounds-up", "every operation is rounded up", .misconduct(.rounds(.up))),
    Fault(
      "rounds-towards-zero", "every operation is rounded towards zero",
      .misconduct(.rounds(.towardsZero))),
    Fault("overwritten-input", "an element of the input is changed", .misconduct(.overwritesInput)),
    Fault(
      "overwritten-weights", "an element of the weights is changed",
      .misconduct(.overwritesWeights)),
    Fault("stale-result", "later calls give the result of the first", .misconduct(.keepsResult)),
    Fault(
      "wrong-from-100th-call", "a result is off by one unit from the hundredth call on",
      .misconduct(.failsFrom(call: 100))),
    Fault(
      "task-race", "the task that is done first decides the rounding of a result",
      .misconduct(.dependsOnOrder)),
    Fault(
      "thread-dependent", "with several threads a result is rounded otherwise",
      .misconduct(.dependsOnThreads)),
    Fault(
      "flushes-to-zero", "the process flushes subnormal numbers to zero from then on",
      .misconduct(.leavesFlushing)),
    Fault("lost-nan", "results that are not numbers are 0", .misconduct(.losesNaN)),
    Fault("over-read", "the element after the input is read", .misconduct(.readsBehind)),
    Fault(
      "assumed-alignment", "the input is taken to begin at a multiple of 64 bytes",
      .misconduct(.assumesAlignment)),
  ]
}
