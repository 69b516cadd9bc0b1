/// What a network computed in each of its timed runs, compared from run to run.
///
/// The comparison is made between the runs, so that it takes no time of theirs. A kernel that keeps an answer,
/// leaves out work while it is timed, or is wrong now and then, gives results here that are not those that were
/// judged.
final class OutputRecord {
  /// The bits of the first result for each input; nil if there was no run on it.
  private(set) var results: [[UInt32]?]

  /// The first run whose result was not that of an earlier one on the same input, from 1 on; nil if there is
  /// none.
  private(set) var changedRun: Int?

  private var runCount = 0

  init(inputCount: Int) { results = Array(repeating: nil, count: inputCount) }

  /// The input of the next run: each in turn.
  var nextInput: Int { runCount % results.count }

  /// Notes the result of a run on ``nextInput``.
  func add(_ output: [Float]) {
    let index = nextInput
    runCount += 1
    if let known = results[index] {
      if changedRun == nil, !zip(known, output).allSatisfy({ $0 == $1.bitPattern }) {
        changedRun = runCount
      }
    } else {
      results[index] = output.map(\.bitPattern)
    }
  }
}
