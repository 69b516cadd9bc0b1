extension CandidateEntry {
  /// The columns of whole runs of a candidate.
  static let columns: [Column<CandidateEntry>] = [
    .kept("model", \.model, "the network"),
    .kept("backend", \.backend, "the backend that was asked for", shown: Shown("backend", .name)),
    .kept("threads", \.threads, "threads that computed", shown: Shown("threads", .plain)),
    .kept("batch", \.batch, "pictures at once", shown: Shown("batch", .plain)),
    .kept("instruction_set", \.instructionSet, "that of the inner loops"),
    .kept("input_shape", \.inputShape, "the shape of the input, [N, C, H, W]"),
    .kept(
      "verdict", \.verdict, "the worst of the steps", shown: Shown("verdict", .verdict)),
    .kept(
      "reason", \.reason, "why there are no times: what a kernel did, or what they contradict",
      omitsNull: true),
    .kept("repetitions", \.repetitions, "how often the network was measured"),
    .kept(
      "min_ms", \.minimum, "the shortest time of a run", unit: "ms", better: .lower,
      shown: Shown("min ms", .milliseconds)),
    .kept(
      "median_ms", \.median, "the median time", unit: "ms", better: .lower,
      shown: Shown("median ms", .milliseconds)),
    .kept("mean_ms", \.mean, "the mean time", unit: "ms", better: .lower),
    .kept("p90_ms", \.p90, "the 90th percentile of the times", unit: "ms", better: .lower),
    .kept("p99_ms", \.p99, "the 99th percentile of the times", unit: "ms", better: .lower),
    .kept(
      "p999_ms", \.p999, "the 99.9th percentile of the times", unit: "ms", better: .lower,
      omitsNull: true),
    .kept(
      "outliers", \.outlierCount,
      "times further above the third quartile than three times the distance of the quartiles",
      better: .lower, missing: 0),
    .kept(
      "set_aside", \.setAsideCount,
      "repetitions that are in no other number, as the processor's clock was below 0.85 of what it usually was",
      better: .lower, missing: 0),
    .kept(
      "preparation_ms", \.preparation, "what making the plan took, weights packed", unit: "ms",
      better: .lower, omitsNull: true),
    .kept(
      "first_run_ms", \.firstRun, "the first run of all", unit: "ms", better: .lower,
      omitsNull: true),
    .kept(
      "cv", \.variation, "the coefficient of variation, standard deviation over mean",
      better: .lower, shown: Shown("cv", .percent)),
    .kept(
      "gflops", \.rate, "the direct algorithm's operations over the shortest time",
      unit: "GFLOP/s", better: .higher,
      shown: Shown("GFLOP/s", .fixed(digits: 1), isExplained: true)),
    .kept(
      "speed", \.speed, "images a second at the shortest time, over those of the first candidate",
      better: .higher, shown: Shown("speed", .factor, isExplained: true)),
    .kept(
      "peak_gflops", \.peak, "the peak of one core, measured in registers", unit: "GFLOP/s"),
    .kept("clock_share", \.clockShare, "the share of a run that reading the clock takes"),
    .kept(
      "isolation_share", \.isolationShare,
      "the share of a run that orders to processes of kernels and their answers take",
      better: .lower, omitsNull: true),
    .kept("warm_up_runs", \.warmUpCount, "runs before the first measured one"),
    .kept("is_warm", \.isWarm, "the times had stopped falling by then"),
    .kept("packed_weights", \.weightBytes, "weights that backends packed", unit: "bytes"),
    .kept("activations", \.activationBytes, "activations as planned", unit: "bytes"),
    .kept(
      "unshared_activations", \.unsharedActivationBytes,
      "what they would take if no two shared memory", unit: "bytes"),
    .kept("scratch", \.scratchBytes, "what steps use while they run", unit: "bytes"),
    .kept(
      "process_peak", \.processPeakBytes, "the most that the process had in memory at any time",
      unit: "bytes", better: .lower),
  ]
}
