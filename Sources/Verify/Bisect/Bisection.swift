import Kernels
public import Net

/// Finds which steps of a network a backend gets wrong, and which of them change the network's answer.
///
/// Isolated feeds name every step whose own error breaks its bound in one run. To find which of those
/// matter, steps are swapped between a good and the bad backend until the smallest set is left that
/// still flips the most likely class or a map, by delta debugging (Zeller & Hildebrandt, "Simplifying and
/// Isolating Failure-Inducing Input", IEEE TSE 28, 2002, section 3.2). For one guilty step among n that
/// is O(log n) runs; for several it may be more, and the set is minimal in the sense that none of its
/// steps can be left out.
public struct Bisection {
  let verifier: Verifier
  let goldenCase: GoldenCase
  let good: BackendChoice
  let bad: BackendChoice
  let options: PlanOptions

  /// Prepares a search.
  ///
  /// - Parameters:
  ///   - verifier: The network and its golden.
  ///   - goldenCase: The case to run.
  ///   - good: The backend that is trusted.
  ///   - bad: The backend that is not.
  ///   - options: How plans are compiled.
  public init(
    verifier: Verifier, goldenCase: GoldenCase, good: BackendChoice,
    bad: BackendChoice, options: PlanOptions = .standard
  ) {
    self.verifier = verifier
    self.goldenCase = goldenCase
    self.good = good
    self.bad = bad
    self.options = options
  }

  /// What a search has found.
  public struct Outcome: Sendable {
    /// The steps whose own error breaks its bound on the bad backend, in the order of the network.
    public var culprits: [LayerResult] = []

    /// The bad backend's verdicts on the golden's maps and classes.
    public var maps: [MapComparison] = []
    public var classes: [ClassComparison] = []

    /// Whether the good backend gets the maps and the classes right.
    public var goodIsGood = true

    /// Whether the bad backend flips the most likely class or a map.
    public var flips = false

    /// The smallest set of steps found that still flips, in the order of the network.
    public var flippingSteps: [String] = []

    /// How often the network was run, whole.
    public var runs = 0
  }

  /// Searches.
  ///
  /// - Parameter progress: Called after each run with a description of it.
  /// - Returns: What was found.
  /// - Throws: Errors from planning or running.
  public func search(progress: ((String) -> Void)? = nil) throws -> Outcome {
    var outcome = Outcome()
    let judged = try verifier.verify(
      goldenCase, runs: [run(on: [], name: "good"), run(on: nil, name: "bad")],
      options: VerificationOptions())
    // The isolated and the network feed of each of the two backends.
    outcome.runs = 4
    progress?("every step alone")
    let steps = judged.layers.filter {
      $0.requested == "bad" && $0.feed == .isolated && !$0.executed.isEmpty
    }
    outcome.culprits = steps.filter(\.verdict.isFailure)
    if outcome.culprits.isEmpty { outcome.culprits = steps.filter { $0.verdict == .marginal } }
    outcome.maps = judged.maps.filter { $0.backend == "bad" }
    outcome.classes = judged.classes.filter { $0.backend == "bad" }
    outcome.goodIsGood = !flips(judged, "good")
    outcome.flips = flips(judged, "bad")
    guard outcome.flips, outcome.goodIsGood else { return outcome }

    var candidates = outcome.culprits.map(\.layer)
    // Steps that are each within their bound may flip it together.
    if try candidates.isEmpty || !flips(candidates, &outcome, progress) {
      candidates = steps.map(\.layer)
    }
    outcome.flippingSteps = try minimal(candidates) {
      try flips($0, &outcome, progress)
    }
    return outcome
  }

  /// A run in which some steps are on the bad backend: those named, or all if nil.
  private func run(on steps: [String]?, name: String) -> VerificationRun {
    guard let steps else {
      return VerificationRun(name: name, backends: bad, options: options)
    }
    return VerificationRun(
      name: name, backends: good.replacing(steps, by: bad), options: options)
  }

  /// Runs the network with some steps on the bad backend.
  private func flips(
    _ steps: [String], _ outcome: inout Outcome, _ progress: ((String) -> Void)?
  ) throws -> Bool {
    let result = try verifier.verify(
      goldenCase, runs: [run(on: steps, name: "mixed")],
      options: VerificationOptions(feeds: [.network], includes: { _ in false }))
    outcome.runs += 1
    let flippedMaps = outcome.maps.filter(\.isFlipped).map(\.classIndex)
    let flipped = flips(result, "mixed", maps: flippedMaps)
    progress?("\(steps.count) steps on \(bad.name): \(flipped ? "flips" : "holds")")
    return flipped
  }

  /// Whether a backend disagrees with the golden, whichever of its steps is to blame.
  ///
  /// In a run in which maps have no bounds, only those of `maps` count, if it is not nil.
  private func flips(
    _ result: CaseResult, _ backend: String, maps: [Int]? = nil
  ) -> Bool {
    result.maps.contains {
      $0.backend == backend && $0.isFlipped && (maps?.contains($0.classIndex) ?? true)
    } || result.classes.contains { $0.backend == backend && $0.verdict == .fail }
  }
}

extension MapComparison {
  /// Whether the map means something else than the golden's and rounding does not explain that.
  fileprivate var isFlipped: Bool { verdict == .fail && meaning == .fail }
}

/// The smallest part of a list for which a condition still holds, as far as leaving out pieces can find it.
///
/// - Parameters:
///   - items: A list for which the condition holds; it is not evaluated on the whole.
///   - holds: The condition. If it holds for every list that contains a certain item, about 2·log₂ n
///     evaluations are made.
/// - Returns: A list of which no item can be left out, in the given order.
/// - Throws: Errors from the condition.
func minimal<Item>(_ items: [Item], where holds: ([Item]) throws -> Bool) rethrows -> [Item] {
  var items = items
  var pieces = 2
  while items.count > 1 {
    let size = (items.count + pieces - 1) / pieces
    let starts = stride(from: 0, to: items.count, by: size)
    var reduced: [Item]?
    for start in starts {
      let piece = Array(items[start..<min(start + size, items.count)])
      if piece.count < items.count, try holds(piece) {
        reduced = piece
        pieces = 2
        break
      }
    }
    if reduced == nil, pieces > 2 {
      for start in starts {
        let rest = Array(items[..<start] + items[min(start + size, items.count)...])
        if try holds(rest) {
          reduced = rest
          pieces = max(2, pieces - 1)
          break
        }
      }
    }
    if let reduced {
      items = reduced
    } else {
      guard pieces < items.count else { break }
      pieces = min(items.count, 2 * pieces)
    }
  }
  return items
}
