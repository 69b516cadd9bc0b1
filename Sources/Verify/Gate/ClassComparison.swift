import Net

/// Whether a backend classifies as the golden does.
public struct ClassComparison: Sendable {
  public package(set) var caseName: String
  public package(set) var backend: String

  /// The five most likely classes, most likely first.
  public package(set) var top5: [Int]
  public package(set) var goldenTop5: [Int]

  /// The share of the distance between the golden's first and second logit that the backend's error
  /// has used up; NaN if any logit of either is not finite, which is a FAIL.
  public package(set) var marginUsed: Double

  public var isSameTop1: Bool { top5.first == goldenTop5.first }

  /// Whether the same five classes come in the same order.
  public var isSameTop5: Bool { top5 == goldenTop5 }

  public var verdict: Verdict {
    guard isSameTop1, !marginUsed.isNaN else { return .fail }
    return isSameTop5 ? .pass : .marginal
  }

  /// Creates a comparison from saved numbers.
  ///
  /// - Parameters:
  ///   - caseName: The case of the golden.
  ///   - backend: The backend that classified.
  ///   - top5: ``top5``.
  ///   - goldenTop5: ``goldenTop5``.
  ///   - marginUsed: ``marginUsed``.
  public init(
    caseName: String, backend: String, top5: [Int], goldenTop5: [Int], marginUsed: Double
  ) {
    self.caseName = caseName
    self.backend = backend
    self.top5 = top5
    self.goldenTop5 = goldenTop5
    self.marginUsed = marginUsed
  }

  init(caseName: String, backend: String, logits: [Float], goldenLogits: [Float]) {
    self.caseName = caseName
    self.backend = backend
    top5 = topIndices(logits, 5)
    goldenTop5 = topIndices(goldenLogits, 5)
    if !(logits + goldenLogits).allSatisfy(\.isFinite) {
      // Classes that are NaN come last, where no comparison of the first five would find them.
      marginUsed = .nan
    } else if goldenTop5.count > 1 {
      let (first, second) = (goldenTop5[0], goldenTop5[1])
      let margin = Double(goldenLogits[first]) - Double(goldenLogits[second])
      let change = margin - (Double(logits[first]) - Double(logits[second]))
      marginUsed = change == 0 ? 0 : change.magnitude / margin
    } else {
      marginUsed = 0
    }
  }
}
