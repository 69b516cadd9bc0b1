package import Kernels
import Net

/// Looks at how a kernel behaves, beyond what one right answer shows.
///
/// A verdict on a layer rests on one run. What a kernel keeps from call to call, how it depends on threads,
/// whether its errors are those of the algorithm that it states: that takes several runs, most of them without
/// any reference, as every sound algorithm has the property in question.
///
/// Costs some seconds for a kernel of ordinary speed.
package struct BehaviorExamination {
  let backend: any ConvolutionBackend
  let team: WorkerTeam

  /// The random problems of each kind of numbers.
  package var problemCount = 60

  /// How often a problem is repeated.
  var repetitions = 250

  /// The runs of each problem whose errors may be of one sign.
  var signRuns = 32

  /// The problems on which properties are tested; see `notations`.
  var problems: [ConvolutionProblem]?

  /// The problems on which properties are tested: every kind of kernel, an even and an odd number of channels.
  private static let notations = [
    "mb1ic16ih12oc16oh12kh3ph1", "mb1ic24ih9oc20oh9kh1", "mb2ic3ih15oc10oh8kh3sh2ph1",
    "mb1ic7ih11iw8oc9oh11ow8kh3kw3ph1pw1", "g4mb1ic16ih8oc16oh8kh3ph1", "mb1ic8ih10oc8oh6kh3dh1",
    "mb1ic2ih16oc5oh16kh5ph2",
  ]

  /// The rounds in which new data may be seen to take as long as others.
  private static let effortRounds = 12

  /// How much longer new data may take: they are not in the cache.
  private static let largestEffortRatio = 2.0

  /// The bytes a call that may be lost: the heap grows by 132 KiB, which is as much in a thousand calls.
  private static let largestLoss = 256

  /// A problem that takes long enough to be timed.
  private static let timedNotation = "mb1ic32ih14oc32oh14kh3ph1"

  package init(of backend: any ConvolutionBackend, team: WorkerTeam) {
    self.backend = backend
    self.team = team
  }

  /// Makes checks.
  ///
  /// After a call that did not return in time no others are made, as each would take that time again.
  ///
  /// - Parameters:
  ///   - checks: Which; all unless given.
  ///   - progress: Called before each check.
  /// - Returns: One result for each check, in order.
  /// - Throws: Errors from planning; what a kernel does is a result.
  package func run(
    _ checks: [BehaviorCheck] = BehaviorCheck.allCases, progress: (BehaviorCheck) -> Void = { _ in }
  ) throws -> [BehaviorResult] {
    var results: [BehaviorResult] = []
    for check in checks {
      if results.contains(where: { $0.verdict == .timedOut }) {
        results.append(BehaviorResult(check, .skipped, "a call before did not return"))
        continue
      }
      progress(check)
      do {
        results.append(try result(of: check))
      } catch let failure as KernelFailure {
        results.append(BehaviorResult(check, Verdict(failure.kind), failure.reason))
      } catch let error as KernelError where error.code == .kernelFailed {
        results.append(BehaviorResult(check, .fail, error.description))
      }
    }
    return results
  }

  private func result(of check: BehaviorCheck) throws -> BehaviorResult {
    switch check {
    case .loading: loading()
    case .correctness: try correctness()
    case .repetition: try repetition()
    case .newData: try newData()
    case .threads: try threads()
    case .order: try order()
    case .negation: try negation()
    case .scaling: try scaling()
    case .impulses: try impulses()
    case .signs: try signs()
    case .linearity: try linearity()
    case .shift: try shift()
    case .zeros: try zeros()
    case .nonFinite: try nonFinite()
    case .memory: try memory()
    case .processes: processes()
    case .clock: try clock()
    case .effort: try effort()
    }
  }

  /// The problems that the backend does not refuse.
  func ableProblems() throws -> [ConvolutionProblem] {
    try (problems ?? Self.notations.map { try ConvolutionProblem(notation: $0) }).filter {
      backend.refusal(of: $0) == nil
    }
  }

  func trial(
    _ problem: ConvolutionProblem, hasBias: Bool = false, team: WorkerTeam? = nil
  ) throws -> BehaviorTrial {
    try BehaviorTrial(problem, on: backend, hasBias: hasBias, team: team ?? self.team)
  }

  /// Judges a property on each problem; the first that lacks it decides.
  ///
  /// - Parameters:
  ///   - check: The check.
  ///   - property: Returns what is wrong, or nil.
  /// - Returns: The result; SKIPPED if the backend refuses all problems.
  /// - Throws: What `property` throws.
  func judge(
    _ check: BehaviorCheck, _ property: (BehaviorTrial) throws -> String?
  ) throws -> BehaviorResult {
    let problems = try ableProblems()
    for problem in problems {
      if let fault = try property(trial(problem)) {
        return BehaviorResult(check, .fail, "\(problem): \(fault)")
      }
    }
    return problems.isEmpty
      ? BehaviorResult(check, .skipped, "it refuses all problems of this check")
      : BehaviorResult(check, .pass, "\(problems.count) problems")
  }

  // MARK: - The checks

  private func loading() -> BehaviorResult {
    guard let observed = backend as? any ObservedBackend else {
      return BehaviorResult(.loading, .skipped, "it does not run in a process of its own")
    }
    guard let change = observed.loadingChange else {
      return BehaviorResult(.loading, .pass, "nothing is changed")
    }
    return BehaviorResult(.loading, .fail, "it changes \(change)")
  }

  private func correctness() throws -> BehaviorResult {
    let sweep = ProblemSweep(backends: [BackendChoice(backend)], team: team)
    var judged = 0
    var refused = 0
    var worst = 0.0
    for values in [
      ConvolutionTrial.Values.uniform, .integers, .small, .large,
    ] {
      var sweep = sweep
      if values == .integers { sweep.policy = .bitwise }
      for seed in 1...UInt64(max(1, problemCount)) {
        let trial = ConvolutionTrial.random(seed: seed, values: values)
        for result in try sweep.run(trial) {
          if result.verdict.isFailure {
            return BehaviorResult(
              .correctness, result.verdict,
              "\(trial), seed \(seed), \(values.name): "
                + (result.reason
                  ?? "error/bound \(result.deviation.errorOverBound), guards \(result.guardsIntact ? "intact" : "written to")")
            )
          }
          if result.verdict == .unsupported { refused += 1 }
          if result.verdict.isJudgement { judged += 1 }
          if values != .integers { worst = max(worst, result.deviation.errorOverBound) }
        }
      }
    }
    let text =
      "\(judged) problems, at most \((worst * 100).rounded() / 100) of the bound"
      + (refused > 0 ? ", \(refused) refused" : "")
    return BehaviorResult(.correctness, judged > 0 ? .pass : .skipped, text)
  }

  private func repetition() throws -> BehaviorResult {
    var isFirst = true
    return try judge(.repetition) { trial in
      let first = try trial.run(trial.input)
      // Time bombs need many calls; the other problems need some, for what is shared between calls.
      let count = isFirst ? repetitions : min(20, repetitions)
      isFirst = false
      for call in 2...max(2, count)
      where try trial.differing(trial.run(trial.input), first, on: trial.input) > 0 {
        return "call \(call) gives other results than the first"
      }
      return nil
    }
  }

  private func newData() throws -> BehaviorResult {
    try judge(.newData) { trial in
      let first = try trial.run(trial.input)
      let doubled = try trial.run(trial.input.map { 2 * $0 })
      if try trial.differing(first.map { 2 * $0 }, doubled, on: trial.input, times: 2) > 0 {
        return "twice the input in the same place does not give twice the output"
      }
      // The ends stay as they are: a look at a few elements is not enough to know an input again.
      var changed = trial.input
      for index in changed.indices.dropFirst().dropLast() { changed[index] = -changed[index] }
      let other = try trial.run(changed)
      // A window may see nothing but padding, or the ends.
      if other == first, trial.exact(changed) != trial.exact(trial.input) {
        return "another input gives the same output"
      }
      let again = try trial.run(trial.input)
      return try trial.differing(again, first, on: trial.input) == 0
        ? nil : "the first input gives other results after another one"
    }
  }

  private func threads() throws -> BehaviorResult {
    let teams = try [1, 2, 3].map { try WorkerTeam(count: $0) }
    let problems = try ableProblems()
    for problem in problems {
      let trials = try teams.map { try trial(problem, hasBias: true, team: $0) }
      let outputs = try trials.map { try $0.run($0.input) }
      let other = try outputs.indices.first {
        try trials[0].differing(outputs[$0], outputs[0], on: trials[0].input) > 0
      }
      if let other {
        return BehaviorResult(
          .threads, .fail,
          "\(problem): \(teams[other].count) threads give other results than 1")
      }
    }
    return BehaviorResult(
      .threads, problems.isEmpty ? .skipped : .pass,
      "\(problems.count) problems, 1, 2 and 3 threads")
  }

  private func order() throws -> BehaviorResult {
    guard !(backend is any ObservedBackend) else {
      return BehaviorResult(.order, .skipped, "its process hands out its tasks")
    }
    let team = try WorkerTeam(count: 1)
    let problems = try ableProblems()
    for problem in problems {
      let outputs = try [backend, ReorderedBackend(base: backend)].map { backend in
        let trial = try BehaviorTrial(problem, on: backend, hasBias: true, team: team)
        return try trial.run(trial.input).map(\.bitPattern)
      }
      if outputs[0] != outputs[1] {
        return BehaviorResult(
          .order, .fail, "\(problem): the tasks from the last to the first give other bits")
      }
    }
    return BehaviorResult(
      .order, problems.isEmpty ? .skipped : .pass, "\(problems.count) problems")
  }

  /// Rounding to nearest is symmetric, so every sound algorithm commutes with a change of sign.
  private func negation() throws -> BehaviorResult {
    try judge(.negation) { trial in
      let output = try trial.run(trial.input)
      let negated = try trial.run(trial.input.map { -$0 })
      let count = try trial.differing(output, negated.map { -$0 }, on: trial.input)
      return count == 0 ? nil : "\(count) of \(output.count) elements are not the negated ones"
    }
  }

  /// A power of two changes exponents alone, as long as nothing underflows or overflows.
  private func scaling() throws -> BehaviorResult {
    try judge(.scaling) { trial in
      let output = try trial.run(trial.input)
      for power: Float in [8, 0x1p-10, 0x1p20] {
        let scaled = try trial.run(trial.input.map { power * $0 })
        let count = try trial.differing(
          output.map { power * $0 }, scaled, on: trial.input, times: Double(power))
        guard count == 0 else {
          return "\(count) of \(output.count) elements are not \(power) times those of the input"
        }
      }
      return nil
    }
  }

  private func memory() throws -> BehaviorResult {
    guard let observed = backend as? any ObservedBackend, let problem = try ableProblems().first
    else {
      return BehaviorResult(.memory, .skipped, "it does not run in a process of its own")
    }
    let trial = try trial(problem)
    for _ in 0..<20 { _ = try trial.run(trial.input) }
    let count = 1000
    let before = observed.addressSpaceByteCount ?? 0
    for _ in 0..<count { _ = try trial.run(trial.input) }
    let lost = ((observed.addressSpaceByteCount ?? before) - before) / count
    return lost > Self.largestLoss
      ? BehaviorResult(.memory, .fail, "\(lost) bytes are lost at each call")
      : BehaviorResult(.memory, .pass, "\(count) calls")
  }

  private func processes() -> BehaviorResult {
    guard let observed = backend as? any ObservedBackend else {
      return BehaviorResult(.processes, .skipped, "it does not run in a process of its own")
    }
    let count = observed.strayProcessCount
    return count > 0
      ? BehaviorResult(.processes, .fail, "\(count) processes are left running")
      : BehaviorResult(.processes, .pass, "none")
  }

  /// Runs the problem that is timed, if the backend computes it.
  private func timed(
    _ check: BehaviorCheck, _ body: (BehaviorTrial, any ObservedBackend) throws -> BehaviorResult
  ) throws -> BehaviorResult {
    guard let observed = backend as? any ObservedBackend else {
      return BehaviorResult(check, .skipped, "it does not run in a process of its own")
    }
    let problem = try ConvolutionProblem(notation: Self.timedNotation)
    guard backend.refusal(of: problem) == nil else {
      return BehaviorResult(check, .skipped, "it refuses \(Self.timedNotation)")
    }
    return try body(try trial(problem), observed)
  }

  private func clock() throws -> BehaviorResult {
    try timed(.clock) { trial, observed in
      var fastest = KernelTimes()
      fastest.outside = .max
      for _ in 0..<20 {
        let before = observed.kernelTimes
        _ = try trial.run(trial.input)
        let times = observed.kernelTimes.since(before)
        if times.outside < fastest.outside { fastest = times }
      }
      let share = Double(fastest.inside) / Double(max(1, fastest.outside))
      let text = "its clock counts \((share * 1000).rounded() / 10) % of the time that passes"
      // The way to the process and back costs tens of microseconds, of which a clock that runs sees nothing.
      let isLong = fastest.outside > 1_000_000
      let isGood = fastest.inside > 0 && share <= 1.01 && (!isLong || share >= 0.2)
      return BehaviorResult(.clock, isGood ? .pass : .fail, text)
    }
  }

  /// A kernel that knows data again answers sooner than one that computes.
  private func effort() throws -> BehaviorResult {
    try timed(.effort) { trial, observed in
      let inputs = (0..<8).map { shift in
        trial.input.indices.map { trial.input[($0 + shift * 37) % trial.input.count] }
      }
      func least(_ input: (Int) -> [Float]) throws -> Int {
        var least = Int.max
        for call in inputs.indices {
          let before = observed.kernelTimes
          _ = try trial.run(input(call))
          least = min(least, observed.kernelTimes.since(before).outside)
        }
        return least
      }
      // Other work on the machine may disturb a round, and not always the same half of it: the ratio of a kernel
      // that knows data again is large in all rounds.
      var ratio = Double.infinity
      for _ in 0..<Self.effortRounds where ratio > Self.largestEffortRatio {
        let seen = try least { _ in trial.input }
        let fresh = try least { inputs[$0] }
        ratio = min(ratio, Double(fresh) / Double(max(1, seen)))
      }
      let text = "new data take \((ratio * 100).rounded() / 100) times as long"
      return BehaviorResult(.effort, ratio > Self.largestEffortRatio ? .fail : .pass, text)
    }
  }
}
