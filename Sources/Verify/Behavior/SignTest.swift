import Glibc

/// Whether numbers are as often positive as negative.
///
/// If each is positive with a probability of one half, independently of the others, the number of positive
/// ones of n is binomial, and `P(|2k − n| ≥ |2m − n|) = 2·Σ_{k ≤ n − m} C(n, k)/2ⁿ` for m ≥ n/2 (Conover,
/// "Practical Nonparametric Statistics", 3rd ed., section 3.4). Zeros say nothing and are left out.
struct SignTest {
  private(set) var positive = 0
  private(set) var negative = 0

  mutating func add(_ value: Double) {
    if value > 0 { positive += 1 }
    if value < 0 { negative += 1 }
  }

  var count: Int { positive + negative }

  /// The probability of a result that is at least as lopsided.
  var probability: Double { Self.probability(of: min(positive, negative), among: count) }

  /// Whether the test can still find fault if all that are left have one sign.
  ///
  /// - Parameters:
  ///   - left: The numbers to come.
  ///   - limit: The probability below which it does.
  /// - Returns: Whether it can.
  func isOpen(left: Int, below limit: Double) -> Bool {
    Self.probability(of: min(positive, negative), among: count + left) < limit
  }

  /// Twice the probability that at most `least` of so many are of one sign, and at most 1.
  private static func probability(of least: Int, among count: Int) -> Double {
    guard count > 0 else { return 1 }
    var term = exp2(-Double(count))
    var sum = term
    for k in 0..<least {
      term *= Double(count - k) / Double(k + 1)
      sum += term
    }
    return min(1, 2 * sum)
  }
}
