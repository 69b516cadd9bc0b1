import Glibc

extension Activation {
  /// The function's value.
  ///
  /// NaN gives NaN.
  func apply(_ x: Double) -> Double {
    switch self {
    case .relu: x < 0 ? 0 : x
    case .leakyReLU(let slope): x < 0 ? slope * x : x
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: Glibc.tanh(x)
    }
  }

  /// The largest slope of the function: an error in its input grows by no more than this factor.
  public var lipschitz: Double {
    switch self {
    case .relu, .tanh: 1
    case .leakyReLU(let slope): max(1, slope.magnitude)
    case .sigmoid: 0.25
    }
  }
}
