import ArgumentParser
import Files
import Report
import Verify

/// The rules by which errors become verdicts.
struct PolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "bound (derived error bounds), bitwise, exact (bitwise, on integers), or a JSON file.",
      valueName: "policy"))
  var policy: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Pass if |error| <= atol + rtol * |expected|.", valueName: "number"))
  var atol: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("See --atol; the one that is not given is 0.", valueName: "number"))
  var rtol: Double?

  /// The request.
  enum Choice {
    case policy(Policy)

    /// Equality of every bit on integers whose sums are exact.
    case exact

    /// The rules by which errors become verdicts.
    var policy: Policy {
      switch self {
      case .policy(let policy): policy
      case .exact: .bitwise
      }
    }

    var isExact: Bool {
      if case .exact = self { true } else { false }
    }
  }

  /// - Throws: ``UsageError`` or ``PolicyError`` if the options contradict each other or a file is not a
  ///   policy.
  func choice() throws -> Choice {
    if atol != nil || rtol != nil {
      guard policy == nil else { throw UsageError("--policy excludes --atol and --rtol") }
      let limits = [atol ?? 0, rtol ?? 0]
      guard limits.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
        throw UsageError("--atol and --rtol must be 0 or more")
      }
      return .policy(.tolerances(atol: limits[0], rtol: limits[1]))
    }
    switch policy {
    case nil, "bound": return .policy(.bound)
    case "bitwise": return .policy(.bitwise)
    case "exact": return .exact
    case let path?:
      guard path.contains("/") || path.contains(".") else {
        throw UsageError(
          "--policy \(path): there are bound, bitwise and exact, or name a JSON file")
      }
      return .policy(try Policy(json: TextFile.read(path), name: path))
    }
  }

  /// Whether any of the options is given.
  var isGiven: Bool { policy != nil || atol != nil || rtol != nil }

  /// Writes the options, for a command that repeats a verdict.
  func note(in settings: inout RunSettings) {
    settings.policy = policy
    settings.atol = atol
    settings.rtol = rtol
  }
}
