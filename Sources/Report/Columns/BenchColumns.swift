extension BenchEntry {
  /// The columns of a repetition, or of several together.
  ///
  /// Google Benchmark's names are those that its `compare.py` reads.
  static let columns: [Column<BenchEntry>] = [
    .kept("name", \.name, "Google Benchmark's name of the entry"),
    .kept("run_name", \.runName, "the same without the name of an aggregate"),
    // What the name is made of, for names may hold slashes.
    .kept("model", \.model, "the network"),
    .kept("backend", \.backend, "the backend that was asked for"),
    .kept("batch", \.batch, "pictures at once"),
    .kept("threads", \.threads, "threads that computed"),
    .kept("layer", \.layer, "the step; null for whole runs"),
    .kept(
      "cache", \.cache,
      "what the caches hold: network, what the steps before left there, or hot, the step's own data"
    ),
    .kept(
      "executed", \.executed, "the backend that ran; empty for whole runs and other operators"),
    .kept("problem", \.problem, "the convolution in benchdnn's notation; empty if it is none"),
    .kept("instruction_set", \.instructionSet, "that of the inner loops"),
    .kept("verdict", \.verdict, "of the step, or the worst of a whole run"),
    .kept(
      "error_over_bound", \.errorOverBound, "the step's largest error over its likely bound",
      better: .lower),
    .kept("run_type", \.runType, "iteration or aggregate"),
    .kept(
      "aggregate_name", \.aggregateName, "min, median, mean, stddev or cv",
      omitsNull: true),
    .kept("aggregate_unit", \.aggregateUnit, "time or percentage", omitsNull: true),
    .kept("repetitions", \.repetitions, "how often the run was measured"),
    .kept("repetition_index", \.repetitionIndex, "which of them an iteration is", omitsNull: true),
    .kept("iterations", \.iterations, "the repetitions that went into an aggregate, or 1"),
    .kept(
      "real_time", \.realTime, "the time that passed; a share where the unit is percentage",
      unit: "ms", better: .lower),
    .kept(
      "cpu_time", \.processorTime,
      "of whole runs what all threads of the process took, of steps real_time once more",
      unit: "ms", better: .lower),
    .kept("time_unit", \.timeUnit, "the unit of both times"),
    .kept(
      "flops", \.flops, "the direct algorithm's operations over the time of an iteration",
      unit: "1/s", better: .higher, omitsNull: true),
    .kept(
      "block", \.block, "the block of a repetition, from 0 on: activations lie elsewhere in each",
      omitsNull: true),
    .kept(
      "machine_clock", \.clock,
      "dependent operations of one core in a nanosecond before a repetition, about its clock in GHz",
      unit: "1/ns", omitsNull: true),
    .kept(
      "machine_bandwidth", \.bandwidth,
      "what one core read from beyond its own caches before a repetition, measured now and then",
      unit: "GB/s", omitsNull: true),
    .kept("family_index", \.familyIndex, "entries of one run_name share it"),
    .kept("per_family_instance_index", \.familyInstanceIndex, "0: a family has one member"),
  ]
}
