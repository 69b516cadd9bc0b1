import Kernels
import Net

/// How long the kernels of a network's runs took that are computed in processes of their own, by the clocks of
/// those and by the clock of this one.
final class IsolationRecord {
  /// Nanoseconds of each run, in order.
  private(set) var inside: [Int] = []
  private(set) var outside: [Int] = []

  private let backends: [any ObservedBackend]
  private let team: WorkerTeam
  private var start = KernelTimes()

  /// - Parameters:
  ///   - plan: The plan that is run.
  ///   - team: The threads that run it.
  init(_ plan: Plan, on team: WorkerTeam) {
    self.team = team
    var known: Set<ObjectIdentifier> = []
    backends = (0..<plan.stepCount).compactMap { plan.assignment(ofStep: $0)?.observedBackend }
      .filter { known.insert($0.processIdentity).inserted }
  }

  /// Whether kernels run elsewhere at all.
  var isEmpty: Bool { backends.isEmpty }

  private var times: KernelTimes {
    backends.reduce(into: KernelTimes()) { $0.add($1.kernelTimes) }
  }

  /// Notes that a run begins.
  func begin() {
    shareProcessor()
    start = times
  }

  /// Notes that a run has ended.
  func end() {
    let run = times.since(start)
    unshareProcessor()
    inside.append(run.inside)
    outside.append(run.outside)
  }

  /// Has kernels on one thread run on the processor of the calling thread, as if they were in this process, and
  /// threads that wait give way to those of kernels.
  func shareProcessor() {
    guard !isEmpty else { return }
    team.sharesProcessors = true
    if team.count == 1 { for backend in backends { backend.shareProcessor() } }
  }

  /// Ends what ``shareProcessor()`` began.
  func unshareProcessor() {
    team.sharesProcessors = false
    if team.count == 1 { for backend in backends.reversed() { backend.unshareProcessor() } }
  }

  /// The nanoseconds of the last runs that orders and answers took.
  func overhead(ofLast count: Int) -> Int {
    max(0, outside.suffix(count).reduce(0, +) - inside.suffix(count).reduce(0, +))
  }

  /// Why the clocks cannot both be right; nil if they can.
  ///
  /// An order takes some microseconds, and a thread that sleeps tens of them to wake up, or more where others want
  /// its processor: a clock that stands still is off by more, in every single run. One that is fast shows at once.
  func doubt(stepCount: Int) -> String? {
    let waking = Double(stepCount) * Self.longestWaking
    guard !self.inside.isEmpty else { return nil }
    let isSlow = zip(inside, outside).allSatisfy { Double($0) < Double($1) / 2 - waking }
    let (inside, outside) = (
      Double(inside.reduce(0, +)), Double(outside.reduce(0, +))
    )
    guard isSlow || inside > outside * 1.01 else { return nil }
    let runs = Double(max(1, self.inside.count))
    return "the clock of its process counted \(Self.text(inside / runs)) a run, and "
      + "\(Self.text(outside / runs)) went by"
  }

  /// In nanoseconds.
  private static let longestWaking = 200_000.0

  private static func text(_ nanoseconds: Double) -> String {
    "\((nanoseconds / 1e4).rounded() / 100) ms"
  }
}
