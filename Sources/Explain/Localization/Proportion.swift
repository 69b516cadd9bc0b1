/// A count of successes out of a total.
package struct Proportion: Hashable, Sendable {
  package let successes: Int
  package let count: Int

  /// - Precondition: `0 <= successes <= count`.
  package init(successes: Int, count: Int) {
    precondition((0...max(count, 0)).contains(successes), "no more succeed than there are")
    self.successes = successes
    self.count = count
  }

  /// In [0, 1]; nil if the total is 0.
  package var value: Double? { count > 0 ? Double(successes) / Double(count) : nil }

  /// Wilson's score interval, which contains the true share with 95 % confidence; nil if the total is 0.
  ///
  /// (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n) with z = 1.96 (Wilson, "Probable
  /// Inference, the Law of Succession, and Statistical Inference", JASA 1927). Unlike p ± z √(p(1 −
  /// p)/n), it is not empty for 0 and 1, and stays within them. It assumes independent cases,
  /// which classes of one picture are not quite.
  package var interval: ClosedRange<Double>? {
    guard let p = value else { return nil }
    let n = Double(count)
    let square = Self.quantile * Self.quantile
    let middle = p + square / (2 * n)
    let reach = Self.quantile * (p * (1 - p) / n + square / (4 * n * n)).squareRoot()
    let whole = 1 + square / n
    let lower = successes == 0 ? 0 : max((middle - reach) / whole, 0)
    let upper = successes == count ? 1 : min((middle + reach) / whole, 1)
    return min(lower, p)...max(upper, p)
  }

  /// The standard normal distribution leaves 2.5 % above it.
  private static let quantile = 1.959963984540054
}
