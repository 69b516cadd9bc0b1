/// What verification says of one layer, map or run.
public enum Verdict: String, Sendable, Codable, CaseIterable, Comparable {
  /// The error is within what rounding makes likely.
  case pass = "PASS"

  /// The error is within what rounding makes possible, but larger than it should be.
  case marginal = "MARGINAL"

  /// No rounding can explain the error.
  case fail = "FAIL"

  /// Judges the worst ratio of an error to its bounds.
  ///
  /// Each comparison has to hold for a good verdict, so NaN, for which none holds, fails.
  init(errorOverBound: Double, errorOverWorst: Double) {
    if errorOverBound <= 1 {
      self = .pass
    } else if errorOverWorst <= 1 {
      self = .marginal
    } else {
      self = .fail
    }
  }

  private var severity: Int {
    switch self {
    case .pass: 0
    case .marginal: 1
    case .fail: 2
    }
  }

  /// Worse verdicts are greater.
  public static func < (a: Verdict, b: Verdict) -> Bool { a.severity < b.severity }
}
