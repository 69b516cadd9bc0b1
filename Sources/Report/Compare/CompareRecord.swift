import Bench
import Files

/// A ``CompareReport`` as JSON.
struct CompareRecord: Encodable {
  struct File: Encodable {
    var path: String
    var date: String
    var commit: Nullable<String>
    var command: String

    init(_ file: SavedBench) {
      path = FileName.last(of: file.path)
      date = file.record.context.date
      commit = file.record.context.machine.commit
      command = file.record.context.command
    }
  }

  struct Context: Encodable {
    var kind: String
    var base: File
    var new: File
    var isPaired: Bool

    /// The probability by which equal programs are called different in any row.
    var falseAlarms: Double
  }

  struct Pair: Encodable {
    var model: String
    var base: String
    var new: String
    var batch: Int
    var threads: Int
    var disturbance: Nullable<String>

    /// Equal halves of the base and of the new times that would have been called different, and how many there are.
    var falseAlarmsSeen: [Int]
    var halvesCompared: [Int]

    init(_ pair: CompareReport.Pair) {
      model = pair.base.model
      base = pair.base.backend
      new = pair.new.backend
      batch = pair.base.batch
      threads = pair.base.threads
      disturbance = Nullable(pair.comparison.disturbance)
      falseAlarmsSeen = pair.alarms.map(\.alarms)
      halvesCompared = pair.alarms.map(\.pairs)
    }
  }

  var context: Context
  var pairs: [Pair]
  var rows: [ComparisonEntry]
}
