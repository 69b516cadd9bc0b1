import Verify

/// One thing in one run of a folder of results.
struct HistoryEntry: ColumnRow {
  var date = ""
  var commit = ""
  var model = ""
  var backend = ""
  var batch = 0
  var threads = 0
  var layer = ""
  var verdict: Verdict?
  var minimum: Double?
  var median: Double?
  var change: Double?
  var machine = ""
  var file = ""
}

extension HistoryEntry {
  /// The columns of a run in a history.
  static let columns: [Column<HistoryEntry>] = [
    .kept("date", \.date, "when it ran", shown: Shown("date", .plain)),
    .kept("commit", \.commit, "what was built", shown: Shown("commit", .plain)),
    .kept("model", \.model, "the network"),
    .kept("backend", \.backend, "the backend that was asked for"),
    .kept("batch", \.batch, "pictures at once"),
    .kept("threads", \.threads, "threads that computed"),
    .kept("layer", \.layer, "the step, or network"),
    .kept("verdict", \.verdict, "of the step or the network", shown: Shown("verdict", .verdict)),
    .kept(
      "min_ms", \.minimum, "the shortest time", unit: "ms", better: .lower,
      shown: Shown("min ms", .milliseconds)),
    .kept(
      "median_ms", \.median, "the median time", unit: "ms", better: .lower,
      shown: Shown("median ms", .milliseconds)),
    .kept(
      "change", \.change,
      "at the first run of a new level: the mean of its shortest times over that of the level before",
      better: .lower, omitsNull: true, shown: Shown("change", .factor, isExplained: true)),
    .kept("machine", \.machine, "its processor, number of processors and instruction set"),
    .kept("file", \.file, "the file of the run"),
  ]
}
