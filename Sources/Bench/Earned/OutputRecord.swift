/// What a network computed in each of its timed runs, compared from run to run.
///
/// The comparison is made between the runs, so that it takes no time of theirs. A kernel that keeps an answer,
/// leaves out work while it is timed, or is wrong now and then, gives results here that are not those that were
/// judged.
final class OutputRecord {
  /// The last result for each input; nil if there was no run on it.
  private(set) var results: [[Float]?]

  /// The first run whose result was not that of the one before on the same input, from 1 on; nil if there is
  /// none.
  private(set) var changedRun: Int?

  /// Whether the bits of two runs have to be the same.
  private let comparesBits: Bool

  private var runCount = 0

  init(inputCount: Int, comparesBits: Bool = true) {
    results = Array(repeating: nil, count: inputCount)
    self.comparesBits = comparesBits
  }

  /// The input of the next run: each in turn.
  var nextInput: Int { runCount % results.count }

  /// Notes the result of a run on ``nextInput``.
  func add(_ output: [Float]) {
    let index = nextInput
    runCount += 1
    if comparesBits, changedRun == nil, let known = results[index],
      !zip(known, output).allSatisfy({ $0.bitPattern == $1.bitPattern })
    {
      changedRun = runCount
    }
    results[index] = output
  }
}
