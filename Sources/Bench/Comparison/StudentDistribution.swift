import Glibc

/// Student's t distribution, by which a mean of few values is judged.
struct StudentDistribution {
  /// Need not be whole; at least 1.
  let degreesOfFreedom: Double

  /// The probability of a value at least this far from 0, to either side.
  ///
  /// It is `I(ν/(ν+t²); ν/2, 1/2)` (Abramowitz & Stegun, "Handbook of Mathematical Functions", 26.7.1).
  func twoSidedProbability(_ value: Double) -> Double {
    guard value.isFinite else { return value.isNaN ? 1 : 0 }
    let share = degreesOfFreedom / (degreesOfFreedom + value * value)
    return Self.incompleteBeta(share, degreesOfFreedom / 2, 0.5)
  }

  /// The value that is exceeded to either side with a probability, found by bisection.
  ///
  /// - Precondition: The probability is in 0..<1 and not 0.
  func quantile(twoSided probability: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while twoSidedProbability(high) > probability, high < 1e12 { high *= 2 }
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if twoSidedProbability(middle) > probability { low = middle } else { high = middle }
    }
    return high
  }

  /// The regularised incomplete beta function `I(x; a, b)`, by the continued fraction 26.5.8 of the same book.
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    let front = exp(
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
    // The fraction converges quickly below the mean, and the function is symmetric.
    return x < (a + 1) / (a + b + 2)
      ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
  }

  private static func logGamma(_ x: Double) -> Double { lgamma(x) }

  /// Evaluated from the front by Lentz's method.
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func atLeastTiny(_ value: Double) -> Double { value.magnitude < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / atLeastTiny(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...500 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / atLeastTiny(1 + even * d)
      c = atLeastTiny(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / atLeastTiny(1 + odd * d)
      c = atLeastTiny(1 + odd / c)
      result *= d * c
      if (d * c - 1).magnitude < 1e-15 { break }
    }
    return result
  }
}
