/// Times of several things that were measured together, repetition by repetition.
package struct TimedSeries: Sendable {
  /// The times of one thing.
  package struct Row: Sendable {
    package enum Level: Int, CaseIterable, Sendable {
      case network
      case kind
      case layer
    }

    package var name: String
    package var level: Level

    /// Nanoseconds or milliseconds: one unit throughout, one value a repetition.
    package var times: [Double]

    package init(_ name: String, _ level: Level, times: [Double]) {
      self.name = name
      self.level = level
      self.times = times
    }
  }

  package var rows: [Row]

  /// How fast the machine was before each repetition; empty if that is not known.
  package var machine: [MachineReading]

  /// The block of each repetition.
  package var blocks: [Int]

  /// - Precondition: All rows, readings and blocks are of the same repetitions.
  package init(rows: [Row], machine: [MachineReading], blocks: [Int]) {
    self.rows = rows
    self.machine = machine
    self.blocks = blocks
  }

  /// The times of what another row is of; nil if there are none.
  func row(like other: Row) -> Row? {
    rows.first { $0.name == other.name && $0.level == other.level }
  }

  /// The repetitions.
  var count: Int { blocks.count }

  /// What the machine gives when nobody disturbs it, as far as these repetitions show.
  var best: MachineReading {
    func high(_ path: KeyPath<MachineReading, Double>) -> Double {
      machine.isEmpty
        ? 0 : Statistics.quantile(0.9, ofSorted: machine.map { $0[keyPath: path] }.sorted())
    }
    return MachineReading(clock: high(\.clock), bandwidth: high(\.bandwidth))
  }

  /// Some of the repetitions.
  ///
  /// - Parameter repetitions: Their places.
  /// - Returns: The series of those alone.
  package func only(_ repetitions: [Int]) -> TimedSeries {
    TimedSeries(
      rows: rows.map { row in
        Row(row.name, row.level, times: repetitions.map { row.times[$0] })
      }, machine: machine.isEmpty ? [] : repetitions.map { machine[$0] },
      blocks: repetitions.map { blocks[$0] })
  }

  /// The repetitions at which the machine gave nearly what it gives at its best.
  func undisturbed(best: MachineReading) -> TimedSeries {
    guard !machine.isEmpty else { return self }
    return only(
      (0..<count).filter {
        machine[$0].clock >= Self.quietShare * best.clock
          && machine[$0].bandwidth >= Self.quietShare * best.bandwidth
      })
  }

  /// The share of the best clock and of the best bandwidth from which on nobody disturbs.
  private static let quietShare = 0.85

  /// What the machine gave on the whole.
  var typical: MachineReading {
    func middle(_ path: KeyPath<MachineReading, Double>) -> Double {
      machine.isEmpty
        ? 0 : Statistics.quantile(0.5, ofSorted: machine.map { $0[keyPath: path] }.sorted())
    }
    return MachineReading(clock: middle(\.clock), bandwidth: middle(\.bandwidth))
  }
}
