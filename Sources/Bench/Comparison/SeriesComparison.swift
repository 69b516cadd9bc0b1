import Glibc

/// What can be said of two times of one thing.
package enum Call: String, Codable, Sendable {
  case same = "SAME"
  case faster = "FASTER"
  case slower = "SLOWER"
  case unclear = "UNCLEAR"
}

/// One thing, before and after.
package struct ComparedRow: Sendable {
  package let name: String
  package let level: TimedSeries.Row.Level
  package let call: Call

  /// The new time over the old one; nil if one of them is not known.
  package let ratio: Double?

  /// Where that ratio lies, all rows of the level together with the confidence of ``SeriesComparison``.
  package let interval: ClosedRange<Double>?

  /// The lower quartiles that the ratio is of, in the series' unit.
  package let base: Double?
  package let new: Double?
}

/// Compares two series of times, so that nearly all pairs of equal ones are called neither faster nor slower.
///
/// Three things make equal programs look different, and each is met by its own means:
/// - **Moments.** A neighbour slows some repetitions. Of each row the lower quartile of a block of repetitions counts,
///   and only repetitions at which the machine gave nearly the best clock and bandwidth that both series have seen.
/// - **Phases and places.** Repetitions that follow each other are alike, and so are those that have everything in the
///   same places of the memory, which a block has for itself. The blocks, and not the repetitions, are the values that
///   Student's t is computed from, in logarithms, with Welch's degrees of freedom.
/// - **Other conditions.** What the machine gave to one series and not to the other may explain as much of a
///   difference: the interval is as much wider as the readings of clock and bandwidth differ.
///
/// The rows of a level are judged together by Holm's procedure ("A simple sequentially rejective multiple test
/// procedure", Scand. J. Statist. 6, 1979): the probability that any row of equal programs is called is at most
/// ``falseAlarms``, shared out among the levels.
package struct SeriesComparison: Sendable {
  package let rows: [ComparedRow]

  /// Why nothing can be told; nil if something can.
  package let disturbance: String?

  /// The probability of a false alarm among all rows.
  package static let falseAlarms = 0.01

  /// The network has half of it: its row is the one that is asked for.
  private static func share(of level: TimedSeries.Row.Level) -> Double {
    level == .network ? falseAlarms / 2 : falseAlarms / 4
  }

  /// The relative difference below which times are the same to everybody.
  private static let sameness = 0.02

  /// The relative difference that is not told of two processes: the weights lie on other pages in each.
  private static let resolution = 0.005

  /// The blocks that are needed, and the undisturbed repetitions that make one.
  private static let leastBlocks = 5
  private static let leastBlock = 3

  /// Compares series of the same things.
  ///
  /// - Parameters:
  ///   - base: The times before.
  ///   - new: The times after; rows that only one of both has are left out.
  ///   - isPaired: Whether the repetitions of both took turns, so that equal numbers belong together.
  package init(_ base: TimedSeries, _ new: TimedSeries, isPaired: Bool = false) {
    if isPaired {
      disturbance = nil
      rows = Self.judge(Self.pairs(base, new))
      return
    }
    let bests = (base.best, new.best)
    let best = MachineReading(
      clock: max(bests.0.clock, bests.1.clock), bandwidth: max(bests.0.bandwidth, bests.1.bandwidth)
    )
    let series = [base, new].map { $0.undisturbed(best: best) }
    let blocks = series.map(Self.blocks)
    disturbance =
      series.indices.lazy.compactMap { index in
        let all = index == 0 ? base.count : new.count
        return blocks[index].count >= Self.leastBlocks
          ? nil
          : "\(series[index].count) of \(all) repetitions of \(index == 0 ? "BASE" : "NEW") were "
            + "undisturbed, in \(blocks[index].count) blocks of \(Self.leastBlock) or more, and "
            + "\(Self.leastBlocks) blocks are needed"
      }.first
    guard disturbance == nil else {
      rows = Self.names(base, new).map {
        ComparedRow(
          name: $0.name, level: $0.level, call: .unclear, ratio: nil, interval: nil, base: nil,
          new: nil)
      }
      return
    }
    let typical = series.map(\.typical)
    var slack = Self.resolution
    if !base.machine.isEmpty, !new.machine.isEmpty {
      slack =
        Self.resolution + log(typical[0].clock / typical[1].clock).magnitude
        + log(typical[0].bandwidth / typical[1].bandwidth).magnitude
    }
    rows = Self.judge(
      Self.names(base, new).compactMap { row in
        guard let old = series[0].row(like: row), let other = series[1].row(like: row) else {
          return nil
        }
        return Evidence(
          row, Self.quartiles(old.times, blocks[0]), Self.quartiles(other.times, blocks[1]),
          slack: slack)
      })
  }

  /// The rows that both have, in the order of the first.
  private static func names(_ base: TimedSeries, _ new: TimedSeries) -> [TimedSeries.Row] {
    let known = Set(new.rows.map { "\($0.level.rawValue)/\($0.name)" })
    return base.rows.filter { known.contains("\($0.level.rawValue)/\($0.name)") }
  }

  /// The repetitions of each block that has enough of them.
  private static func blocks(of series: TimedSeries) -> [[Int]] {
    Dictionary(grouping: series.blocks.indices) { series.blocks[$0] }
      .filter { $0.value.count >= leastBlock }.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The logarithms of the lower quartiles of blocks.
  private static func quartiles(_ times: [Double], _ blocks: [[Int]]) -> [Double] {
    blocks.map { block in
      let times = block.map { times[$0] }.sorted()
      return log(max(.leastNonzeroMagnitude, Statistics.quantile(0.25, ofSorted: times)))
    }
  }

  /// What repetitions that took turns say: each pair has one ratio.
  private static func pairs(_ base: TimedSeries, _ new: TimedSeries) -> [Evidence] {
    let blocks = blocks(of: base)
    guard blocks.count >= leastBlocks, base.count == new.count else { return [] }
    return names(base, new).compactMap { row in
      guard let other = new.row(like: row) else { return nil }
      let ratios = zip(row.times, other.times).map { old, new in
        log(max(.leastNonzeroMagnitude, new) / max(.leastNonzeroMagnitude, old))
      }
      let medians = blocks.map { block in
        Statistics.quantile(0.5, ofSorted: block.map { ratios[$0] }.sorted())
      }
      return Evidence(
        row, ratios: medians, base: quartiles(row.times, blocks),
        new: quartiles(other.times, blocks))
    }
  }

  // MARK: - Judging

  /// What is known of one row: the logarithm of its ratio, and how far it may be off.
  private struct Evidence {
    let row: TimedSeries.Row
    let difference: Double
    let error: Double
    let degreesOfFreedom: Double
    let slack: Double
    let base: Double
    let new: Double

    init(_ row: TimedSeries.Row, _ base: [Double], _ new: [Double], slack: Double) {
      self.row = row
      self.slack = slack
      let parts = [base, new].map { values -> (mean: Double, variance: Double, freedom: Double) in
        let statistics = Statistics(values)
        let deviation = statistics?.standardDeviation ?? .infinity
        return (
          statistics?.mean ?? .nan, deviation * deviation / Double(max(1, values.count)),
          Double(max(1, values.count - 1))
        )
      }
      difference = parts[1].mean - parts[0].mean
      let variance = parts[0].variance + parts[1].variance
      error = variance.squareRoot()
      // Welch, "The generalization of 'Student's' problem", Biometrika 34 (1947).
      let divisor = parts.reduce(0) { $0 + $1.variance * $1.variance / $1.freedom }
      degreesOfFreedom = divisor > 0 ? max(1, variance * variance / divisor) : 1
      self.base = exp(parts[0].mean)
      self.new = exp(parts[1].mean)
    }

    init(_ row: TimedSeries.Row, ratios: [Double], base: [Double], new: [Double]) {
      self.row = row
      slack = 0
      let statistics = Statistics(ratios)
      difference = statistics?.mean ?? .nan
      error =
        (statistics?.standardDeviation ?? .infinity) / Double(max(1, ratios.count)).squareRoot()
      degreesOfFreedom = Double(max(1, ratios.count - 1))
      self.base = exp(Statistics(base)?.mean ?? .nan)
      self.new = exp(Statistics(new)?.mean ?? .nan)
    }

    /// The probability of such a difference, or a larger one, of equal programs.
    var probability: Double {
      let beyond = difference.magnitude - slack
      guard beyond > 0 else { return 1 }
      // Without any scatter, what is left is no chance.
      guard error > 0 else { return 0 }
      return StudentDistribution(degreesOfFreedom: degreesOfFreedom).twoSidedProbability(
        beyond / error)
    }

    func judged(isCalled: Bool, probability: Double) -> ComparedRow {
      let quantile = StudentDistribution(degreesOfFreedom: degreesOfFreedom).quantile(
        twoSided: probability)
      let half = quantile * error + slack
      var call = Call.unclear
      if isCalled {
        call = difference > 0 ? .slower : .faster
      } else if difference.magnitude + half < log1p(SeriesComparison.sameness) {
        call = .same
      }
      let isKnown = difference.isFinite && half.isFinite
      return ComparedRow(
        name: row.name, level: row.level, call: call, ratio: isKnown ? exp(difference) : nil,
        interval: isKnown ? exp(difference - half)...exp(difference + half) : nil, base: base,
        new: new)
    }
  }

  private static func judge(_ evidence: [Evidence]) -> [ComparedRow] {
    var rows = [ComparedRow?](repeating: nil, count: evidence.count)
    for level in TimedSeries.Row.Level.allCases {
      let members = evidence.indices.filter { evidence[$0].row.level == level }
      let ordered = members.sorted { evidence[$0].probability < evidence[$1].probability }
      var isOpen = true
      for (place, index) in ordered.enumerated() {
        let limit = share(of: level) / Double(members.count - place)
        isOpen = isOpen && evidence[index].probability < limit
        rows[index] = evidence[index].judged(
          isCalled: isOpen, probability: share(of: level) / Double(members.count))
      }
    }
    return rows.compactMap { $0 }
  }
}

extension SeriesComparison {
  /// Compares a series with itself: each way of sharing out its blocks to two halves is a pair of equal programs.
  ///
  /// - Parameter series: The times of one candidate.
  /// - Returns: How many of the pairs had a row that was called faster or slower, and how many pairs there are.
  package static func falseAlarms(in series: TimedSeries) -> (alarms: Int, pairs: Int) {
    let blocks = Set(series.blocks).sorted()
    let half = blocks.count / 2
    guard half > 0 else { return (0, 0) }
    var (alarms, pairs) = (0, 0)
    for bits in 0..<(1 << min(blocks.count, 16)) where bits.nonzeroBitCount == half && bits & 1 == 1
    {
      let first = Set(blocks.indices.filter { bits >> $0 & 1 == 1 }.map { blocks[$0] })
      let one = series.only((0..<series.count).filter { first.contains(series.blocks[$0]) })
      let other = series.only((0..<series.count).filter { !first.contains(series.blocks[$0]) })
      pairs += 1
      let rows = SeriesComparison(one, other).rows
      if rows.contains(where: { $0.call == .faster || $0.call == .slower }) { alarms += 1 }
    }
    return (alarms, pairs)
  }
}
