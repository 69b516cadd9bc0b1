import Glibc
import Kernels

/// How far a tensor is from the one it should be, and from what rounding allows.
public struct Deviation: Hashable, Sendable, Codable {
  /// The largest ratio of an element's error to its likely bound.
  ///
  /// Above 1 it is not a PASS.
  public var errorOverBound = 0.0

  /// The largest ratio of an element's error to its worst-case bound.
  ///
  /// Above 1 it is a FAIL.
  public var errorOverWorst = 0.0

  /// The root of the mean square of each element's error over its likely bound, relative to the limit for
  /// all of them together.
  ///
  /// Above 1 it is not a PASS, for many small errors together show what no single one does: see
  /// ``RoundingModel``.
  public var rmsOverBound = 0.0

  /// `‖ŷ − y‖₂ / ‖y‖₂`.
  public var relativeL2 = 0.0

  /// The largest `|ŷ − y|`.
  public var maxAbs = 0.0

  /// The largest error in units of the last place of the expected value.
  public var maxULP = 0.0

  /// The largest `|ŷ − y| / |y|`; infinite if an element that should be 0 is not.
  public var maxRelative: Double { tolerances.leastRelative }

  /// The elements that were compared.
  public var count = 0

  /// The elements that differ from the expected value rounded to 32 bits; the two zeros are one value.
  public var differing = 0

  /// The elements whose expected value is larger than its worst-case bound, so that a fault which loses
  /// them is detected.
  public var informative = 0

  /// Which absolute and relative tolerances would pass.
  public var tolerances = ToleranceFrontier()

  /// The elements that are NaN or infinite, whether or not overflow explains it.
  public var nonFinite = 0

  /// The element, in `[N, C, H, W]` order, that is furthest beyond its bound, or the first that is
  /// not finite.
  public var worstIndex = 0

  /// The expected and the actual value there.
  public var expected = 0.0
  public var got = 0.0

  /// An empty comparison, to be filled in from saved numbers.
  public init() {}

  /// Compares a tensor with the expected one.
  ///
  /// - Parameters:
  ///   - actual: What the backend computed, in `[N, C, H, W]` order.
  ///   - expected: The golden's values, from which the distances are measured.
  ///   - exact: The result without rounding, around which the bounds hold.
  ///   - likely: The likely bound, by element.
  ///   - worst: The worst-case bound, by element.
  ///   - likelyRMS: The root of the mean square of errors over their likely bound that still passes.
  ///   - overflow: What overflow may do to each element; nil for nothing.
  init(
    of actual: [Float], from expected: Tensor<Double>, exact: Tensor<Double>,
    likely: Tensor<Double>, worst: Tensor<Double>, likelyRMS: Double = 1,
    overflow: [Allowance.Overflow]? = nil
  ) {
    precondition(actual.count == expected.elements.count, "the tensors differ in size")
    var squaredError = 0.0
    var squaredNorm = 0.0
    var worstRatio = -1.0
    var squaredRatio = 0.0
    var frontier = ToleranceFrontier.Builder()
    var unexplained = 0
    count = actual.count
    for i in actual.indices {
      let e = expected.elements[i]
      guard actual[i].isFinite, e.isFinite else {
        nonFinite += 1
        if actual[i] != Float(e) { differing += 1 }
        let explained = Self.isOverflow(
          actual[i], e, exact.elements[i], worst.elements[i], overflow?[i] ?? .none)
        if !explained {
          if unexplained == 0 {
            worstIndex = i
            worstRatio = .infinity
          }
          unexplained += 1
        }
        continue
      }
      let error = (Double(actual[i]) - e).magnitude
      squaredError += error * error
      squaredNorm += e * e
      maxAbs = max(maxAbs, error)
      let rounded = Float(e)
      // What is too large for 32 bits has no last place.
      maxULP = max(maxULP, rounded.isFinite ? error / Double(rounded.magnitude.ulp) : .infinity)
      if actual[i] != rounded { differing += 1 }
      if exact.elements[i].magnitude > worst.elements[i] { informative += 1 }
      frontier.add(magnitude: e.magnitude, error: error)
      let own = (Double(actual[i]) - exact.elements[i]).magnitude
      // Without an error no bound is needed, unless it is NaN: then the right value is unknown.
      guard own != 0 || likely.elements[i].isNaN || worst.elements[i].isNaN else { continue }
      let ratio = Self.ratio(own, likely.elements[i])
      squaredRatio += ratio * ratio
      if ratio > worstRatio {
        worstRatio = ratio
        worstIndex = i
      }
      errorOverBound = max(errorOverBound, ratio)
      errorOverWorst = max(errorOverWorst, Self.ratio(own, worst.elements[i]))
    }
    tolerances = frontier.frontier()
    rmsOverBound =
      squaredRatio == 0 ? 0 : (squaredRatio / Double(count)).squareRoot() / likelyRMS
    if unexplained > 0 {
      errorOverBound = .infinity
      errorOverWorst = .infinity
      rmsOverBound = .infinity
    }
    relativeL2 =
      squaredNorm > 0 ? (squaredError / squaredNorm).squareRoot() : squaredError.squareRoot()
    if !actual.isEmpty {
      self.expected = expected.elements[worstIndex]
      got = Double(actual[worstIndex])
    }
  }

  /// Whether rounding may give infinity or NaN for an element, or a finite number where the golden has
  /// none: because intermediate sums may overflow, or because the bound exceeds the largest number.
  private static func isOverflow(
    _ actual: Float, _ expected: Double, _ exact: Double, _ worst: Double,
    _ overflow: Allowance.Overflow
  ) -> Bool {
    guard overflow == .none else { return true }
    func mayBe(_ value: Double) -> Bool {
      value == .infinity && exact + worst >= RoundingModel.largest
        || value == -.infinity && exact - worst <= -RoundingModel.largest
        || (value - exact).magnitude <= worst
    }
    // The golden's own value was rounded, too.
    return mayBe(Double(actual)) && (expected.isFinite || mayBe(expected))
  }

  /// An error over its bound; where either is NaN, or both are infinite, nothing is allowed.
  static func ratio(_ error: Double, _ bound: Double) -> Double {
    let ratio = error / bound
    return ratio.isNaN ? .infinity : ratio
  }

  /// `‖ŷ − y‖² / ‖y‖²`, the normalised mean square error.
  public var nmse: Double { relativeL2 * relativeL2 }

  /// `−20 log₁₀ (‖ŷ − y‖₂ / ‖y‖₂)`, in decibels: the ratio of signal to noise.
  public var signalToNoise: Double { -20 * log10(relativeL2) }

  /// The verdict by the derived bounds.
  public var verdict: Verdict {
    let single = Verdict(errorOverBound: errorOverBound, errorOverWorst: errorOverWorst)
    guard rmsOverBound.isFinite else { return .fail }
    return rmsOverBound <= 1 ? single : max(single, .marginal)
  }
}
