/// Determines from the times of successive runs whether a network is warm: its weights in the caches, the
/// processor at its speed, the threads awake.
///
/// The rule: three runs in a row have each failed to be 1 % faster than the fastest before.
struct WarmUp {
  /// The runs in a row without progress that end a warm-up.
  static let quietRuns = 3

  /// The share by which a run has to be faster to count as progress.
  static let progress = 0.01

  private var fastest = Double.infinity
  private var quiet = 0

  var isWarm: Bool { quiet >= Self.quietRuns }

  /// Records a run's time.
  mutating func add(_ time: Int) {
    let time = Double(time)
    quiet = time < fastest * (1 - Self.progress) ? 0 : quiet + 1
    fastest = min(fastest, time)
  }
}
