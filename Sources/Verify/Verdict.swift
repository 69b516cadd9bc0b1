package import Kernels

/// The verdict on one layer, map or run, best first.
public enum Verdict: String, Sendable, Codable, CaseIterable, Comparable {
  /// The error is within what rounding makes likely.
  case pass = "PASS"

  /// It would be PASS, but another backend ran: the requested one refused the problem.
  case fellBack = "FELL_BACK"

  /// It was not computed; a reason is given.
  case skipped = "SKIPPED"

  /// The backend refuses the problem, and there was no fallback.
  case unsupported = "UNSUPPORTED"

  /// The error is within what rounding makes possible, but larger than it should be.
  case marginal = "MARGINAL"

  /// The error is small, but the data could hardly have revealed a fault: see ``Evidence``. Of a time: that it cannot
  /// have been earned.
  case mistrusted = "MISTRUSTED"

  /// No rounding can explain the error.
  case fail = "FAIL"

  /// The kernel wanted more memory than it may have, and ended its process.
  case outOfMemory = "OUT_OF_MEMORY"

  /// The kernel did not return in time, and was stopped.
  case timedOut = "TIMED_OUT"

  /// The kernel ended its process.
  case crashed = "CRASHED"

  /// Judges the worst ratio of an error to its bounds.
  ///
  /// NaN and infinity in either of them fail: what is not known is not excused, and an error infinitely
  /// larger than its bound is beyond any rounding, whatever the other ratio is.
  init(errorOverBound: Double, errorOverWorst: Double) {
    if !errorOverBound.isFinite || !errorOverWorst.isFinite {
      self = .fail
    } else if errorOverBound <= 1 {
      self = .pass
    } else if errorOverWorst <= 1 {
      self = .marginal
    } else {
      self = .fail
    }
  }

  /// What becomes of a kernel that did not finish.
  package init(_ failure: KernelFailure.Kind) {
    switch failure {
    case .crashed: self = .crashed
    case .timedOut: self = .timedOut
    case .outOfMemory: self = .outOfMemory
    case .refused: self = .unsupported
    case .failed: self = .fail
    }
  }

  /// Whether the requested backend has been compared with anything.
  package var isJudgement: Bool {
    switch self {
    case .pass, .marginal, .mistrusted, .fail, .outOfMemory, .timedOut, .crashed: true
    case .fellBack, .skipped, .unsupported: false
    }
  }

  /// Whether the kernel is wrong, or did not get as far as to be right.
  package var isFailure: Bool {
    switch self {
    case .fail, .outOfMemory, .timedOut, .crashed: true
    case .pass, .marginal, .mistrusted, .fellBack, .skipped, .unsupported: false
    }
  }

  private var severity: Int {
    switch self {
    case .pass: 0
    case .fellBack: 1
    case .skipped: 2
    case .unsupported: 3
    case .marginal: 4
    case .mistrusted: 5
    case .fail: 6
    case .outOfMemory: 7
    case .timedOut: 8
    case .crashed: 9
    }
  }

  /// Worse verdicts are greater.
  public static func < (a: Verdict, b: Verdict) -> Bool { a.severity < b.severity }
}

extension Sequence where Element == Verdict {
  /// The worst judgement; those that were not judged count only if none was.
  ///
  /// Nil if there are no verdicts.
  public var overall: Verdict? { lazy.filter(\.isJudgement).max() ?? self.max() }
}
