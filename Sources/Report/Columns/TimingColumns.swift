extension TimingEntry {
  /// The columns of the times of a step.
  static let columns: [Column<TimingEntry>] = [
    .kept("model", \.model, "the network"),
    .kept("backend", \.backend, "the backend that was asked for"),
    .kept("batch", \.batch, "pictures at once"),
    .kept("threads", \.threads, "threads that computed"),
    .kept("layer", \.layer, "the step, or network", shown: Shown("layer", .name)),
    .kept(
      "executed", \.executed, "the backend that ran; empty for other operators and the network",
      shown: Shown("ran on", .name)),
    .kept(
      "step_kind", \.kind, "the operation and the size of its output, or network",
      shown: Shown("step", .name)),
    .kept("count", \.count, "the number of steps", shown: Shown("count", .plain)),
    .kept("problem", \.problem, "the convolution in benchdnn's notation; empty if it is none"),
    .kept(
      "verdict", \.verdict, "that of the step, or the worst of the network",
      shown: Shown("verdict", .verdict)),
    .kept(
      "error_over_bound", \.errorOverBound, "the step's largest error over its likely bound",
      better: .lower, omitsNull: true),
    .kept(
      "min_ms", \.minimum, "the shortest time", unit: "ms", better: .lower, words: "min ms",
      shown: Shown("min ms", .milliseconds)),
    .kept(
      "median_ms", \.median, "the median time", unit: "ms", better: .lower, words: "median ms",
      shown: Shown("median ms", .milliseconds, isOptional: true)),
    .kept(
      "gflops", \.rate, "the direct algorithm's operations over the shortest time",
      unit: "GFLOP/s", better: .higher, omitsNull: true, words: "GFLOP/s",
      shown: Shown("GFLOP/s", .fixed(digits: 1), isExplained: true)),
    .kept(
      "share", \.share, "the median over that of the network",
      shown: Shown("share", .percent, isOptional: true, isExplained: true)),
    .kept(
      "intensity", \.intensity,
      "operations of the algorithm for each byte of input, weights and output", unit: "1/byte",
      omitsNull: true),
    .kept(
      "executed_gflops", \.executedRate,
      "the operations of the algorithm itself over the shortest time", unit: "GFLOP/s",
      better: .higher, omitsNull: true),
    .kept(
      "gbps", \.bandwidth, "input, weights and output over the shortest time", unit: "GB/s",
      better: .higher, omitsNull: true),
    .kept(
      "floor_ms", \.floor,
      "the least time that this machine takes for the algorithm's operations and bytes",
      unit: "ms", omitsNull: true),
    .kept(
      "bound_by", \.boundBy, "what sets that: arithmetic, or the level of the memory",
      omitsNull: true),
    .kept(
      "share_of_roof", \.shareOfRoof, "the least time that the machine allows over the shortest",
      better: .higher, omitsNull: true,
      shown: Shown("of roof", .percent, isOptional: true, isExplained: true)),
    .kept(
      "hot_share_of_roof", \.hotShareOfRoof, "the same with weights and data in the cache",
      better: .higher, omitsNull: true),
    .kept(
      "hot_min_ms", \.hotMinimum, "the shortest time with weights and data in the cache",
      unit: "ms", better: .lower, omitsNull: true,
      shown: Shown("hot ms", .milliseconds, isExplained: true)),
    .kept(
      "hot_gflops", \.hotRate, "the rate in that time", unit: "GFLOP/s", better: .higher,
      omitsNull: true, shown: Shown("GFLOP/s", .fixed(digits: 1))),
    .kept(
      "share_of_peak", \.shareOfPeak, "the hot rate over the peak of all threads", better: .higher,
      omitsNull: true, shown: Shown("of peak", .percent, isExplained: true)),
  ]
}
