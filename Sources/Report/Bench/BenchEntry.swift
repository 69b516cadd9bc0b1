import Verify

/// The time of one repetition, or of several together.
struct BenchEntry: ColumnRow {
  var name = ""
  var runName = ""
  var familyIndex = 0
  var familyInstanceIndex = 0
  var runType = "aggregate"
  var repetitions = 0

  /// Only iterations have it.
  var repetitionIndex: Int?
  var threads = 0

  /// Only aggregates have these two.
  var aggregateName: String?
  var aggregateUnit: String?
  var iterations = 1
  var model = ""
  var backend = ""
  var batch = 0
  var layer: String?
  var cache = ""

  /// In milliseconds.
  var realTime = 0.0
  var processorTime = 0.0
  var timeUnit = "ms"
  var verdict: Verdict?
  var instructionSet = ""
  var executed = ""
  var problem = ""
  var errorOverBound: Double?

  /// How fast the machine was before it, and its block; only iterations of whole runs have these three.
  var block: Int?
  var clock: Double?
  var bandwidth: Double?

  /// Operations a second; only iterations of convolutions have it.
  var flops: Double?
}
