import Bench

/// One thing of a candidate, before and after.
struct ComparisonEntry: ColumnRow {
  var model = ""
  var batch = 0
  var threads = 0
  var base = ""
  var new = ""
  var level = ""
  var name = ""
  var call = ""
  var ratio: Double?
  var least: Double?
  var most: Double?
  var baseTime: Double?
  var newTime: Double?
}

extension ComparisonEntry {
  /// The columns of two times and what can be said of them.
  static let columns: [Column<ComparisonEntry>] = [
    .kept("model", \.model, "the network"),
    .kept("batch", \.batch, "pictures at once"),
    .kept("threads", \.threads, "threads that computed"),
    .kept("base", \.base, "the backend of the times before"),
    .kept("new", \.new, "the backend of the times after"),
    .kept("level", \.level, "network, kind (all steps of a kind together) or layer"),
    .kept("name", \.name, "the step, the kind, or network", shown: Shown("step", .name)),
    .kept("call", \.call, "SAME, FASTER, SLOWER or UNCLEAR", shown: Shown("call", .call)),
    .kept(
      "ratio", \.ratio, "the new time over the old one", better: .lower,
      shown: Shown("new/base", .fixed(digits: 3))),
    .kept(
      "ratio_from", \.least, "where that ratio is at least, all rows of a level together",
      shown: Shown("from", .fixed(digits: 3), isExplained: true)),
    .kept(
      "ratio_to", \.most, "where it is at most", shown: Shown("to", .fixed(digits: 3))),
    .kept(
      "base_ms", \.baseTime, "the lower quartile before, of undisturbed repetitions", unit: "ms",
      shown: Shown("base ms", .milliseconds, isOptional: true)),
    .kept(
      "new_ms", \.newTime, "the lower quartile after, of undisturbed repetitions", unit: "ms",
      shown: Shown("new ms", .milliseconds, isOptional: true)),
  ]

  init(_ row: ComparedRow, _ base: SavedBench.Key, _ new: SavedBench.Key) {
    model = base.model
    batch = base.batch
    threads = base.threads
    self.base = base.backend
    self.new = new.backend
    level = "\(row.level)"
    name = row.name
    call = row.call.rawValue
    ratio = row.ratio
    least = row.interval?.lowerBound
    most = row.interval?.upperBound
    baseTime = row.base
    newTime = row.new
  }
}
