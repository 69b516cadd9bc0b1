import Glibc
import Kernels

/// How large the error of a sum of products may be, relative to `Σ|w||x|`.
///
/// Let `u` be the unit roundoff and let every product go through at most `n` roundings before the sum
/// is complete. In whatever order the sum runs, with or without fused multiply-adds,
/// `|ŷ − y| ≤ γ_n · Σ|w||x|` with `γ_n = n·u / (1 − n·u)` (Higham, "Accuracy and Stability of
/// Numerical Algorithms", 2nd ed., section 3.1). That is the worst case. If roundings are
/// independent and average out, the bound holds with `γ̃_n(λ) = exp(λ·√n·u + n·u²/(1 − u)) − 1`
/// instead, except with a probability of at most `2·exp(−λ²(1 − u)²/2)` for each sum of each
/// product's chain (Higham & Mary, "A New Approach to Probabilistic Rounding Error Analysis", SIAM
/// J. Sci. Comput. 41, 2019, theorem 2.4 and section 3). λ is chosen so that the bound fails on some
/// element of a correct tensor with a probability below ``falseAlarmProbability``.
package struct RoundingModel: Sendable {
  /// The mean square of errors, over their expectation's bound, up to which a tensor passes.
  ///
  /// Single elements may err by several times the root of their expected square, but not all of them at
  /// once. A sum of bounded, independent errors is sub-Gaussian (Hoeffding's lemma), so
  /// with X an error over its bound, `E exp(sX²) ≤ (1 − 2s)^(−1/2)` for s < 1/2 (Vershynin,
  /// "High-Dimensional Probability", section 2.5), and Chernoff's bound for the mean of N of them is
  /// `P(mean X² ≥ t) ≤ exp(−N·(t − 1 − ln t)/2)`. The result is the t for which that is
  /// ``falseAlarmProbability``.
  ///
  /// - Parameter independent: N: elements whose errors have no rounding in common.
  /// - Returns: t, which is above 1 and approaches it for many elements.
  static func meanSquareLimit(independent: Int) -> Double {
    let wanted = 2 * log(1 / falseAlarmProbability) / Double(max(1, independent))
    // t − 1 − ln t is convex, and this start lies above the solution, so Newton's steps fall towards it.
    var t = 1 + wanted + (2 * wanted).squareRoot()
    for _ in 0..<20 { t -= (t - 1 - log(t) - wanted) / (1 - 1 / t) }
    return t
  }

  /// The unit roundoff of 32-bit floats with rounding to nearest: 2⁻²⁴.
  public static let unitRoundoff = 0x1p-24

  /// The most by which a product, a quotient or a conversion from double precision is off besides its
  /// relative error, if it is smaller than the smallest normal number: η, half of the smallest number.
  ///
  /// `fl(a op b) = (a op b)(1 + δ) + ε` with `|δ| ≤ u` and `|ε| ≤ η`; for sums and differences ε is 0, for
  /// their results there are multiples of the smallest number (Higham 2002, section 2.2). A multiplication
  /// and addition in one instruction counts as one product. This is IEEE arithmetic with gradual
  /// underflow: neither densecam nor OpenBLAS sets the processor to flush small numbers to zero, and a
  /// kernel that does so is off by more than this allows.
  ///
  /// A sum of n products is thus off by up to `n·η` more, which later operations multiply by what they
  /// multiply the sum with. No averaging out is assumed, so it counts in full for the likely error, and
  /// fully for the mean square: see ``Allowance/add(_:)``. Products of two such errors are left out.
  public static let underflow = 0x1p-150

  /// The largest finite number.
  ///
  /// Terms whose magnitudes add up to more may overflow before a result, in some order of
  /// summation, however small the result is: then neither infinity nor NaN is a fault.
  public static let largest = Double(Float.greatestFiniteMagnitude)

  /// The probability that a correct tensor exceeds its likely bound somewhere.
  public static let falseAlarmProbability = 1e-6

  /// The factor on `Σ|w||x|` up to which an error is likely.
  public let likely: Double

  /// The factor on `Σ|w||x|` up to which an error is possible.
  public let worst: Double

  /// How many times `√n·u · Σ|w||x|` the likely error is.
  ///
  /// Under the same model the square of an element's error has an expectation of at most
  /// `(√n·u · Σ|w||x|)²`, for it is a sum of n independent errors of at most `u · Σ|w||x|` each.
  public let deviations: Double

  /// The sums of magnitudes below which no partial sum overflows, in whatever order.
  ///
  /// A partial sum is at most `(1 + γ)` times as large as they are.
  var reach: Double { Self.largest / (1 + min(1, worst)) }

  /// - Parameters:
  ///   - roundings: n: the roundings that a product may go through.
  ///   - sums: The sums of the tensor: its elements.
  public init(roundings: Int, sums: Int) {
    let u = Self.unitRoundoff
    let n = Double(roundings)
    // Beyond 2²³ roundings the bound says nothing; infinity keeps it from accusing anyone.
    worst = n * u < 0.5 ? n * u / (1 - n * u) : .infinity
    let trials = 2 * n * Double(max(1, sums))
    let lambda = (2 * log(trials / Self.falseAlarmProbability)).squareRoot()
    let probabilistic = exp(lambda * n.squareRoot() * u + n * u * u / (1 - u)) - 1
    likely = min(probabilistic, worst)
    deviations = likely / (max(1, n).squareRoot() * u)
  }
}
