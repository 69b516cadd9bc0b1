/// `min(1, max(0, alpha · x + beta))`, which networks for small machines use instead of a sigmoid.
public struct HardSigmoid: Hashable, Sendable {
  public var alpha: Double
  public var beta: Double

  public init(alpha: Double, beta: Double) {
    self.alpha = alpha
    self.beta = beta
  }
}

extension HardSigmoid: ElementwiseOperator {
  var name: String { "hard_sigmoid" }

  func apply(_ x: Double) -> Double {
    let y = alpha * x + beta
    // NaN is neither below 0 nor above 1, and stays.
    return y < 0 ? 0 : y > 1 ? 1 : y
  }
}
