import Glibc
import Kernels

/// A function of one element.
public enum Activation: Hashable, Sendable {
  case relu
  /// `x` where positive, `slope · x` elsewhere.
  case leakyReLU(slope: Double)
  case sigmoid
  case tanh

  /// `x` clamped between two bounds, which MXNet keeps as 32-bit floats; NaN stays NaN.
  case clip(minimum: Float, maximum: Float)

  /// Arithmetic with a number.
  case scalar(ScalarOperation, Double)
}

/// Arithmetic of an element x with a number s, under the name that MXNet has for it.
public enum ScalarOperation: String, CaseIterable, Hashable, Sendable {
  /// `x + s`
  case add = "_plus_scalar"
  /// `x − s`
  case subtract = "_minus_scalar"
  /// `s − x`
  case subtractFrom = "_rminus_scalar"
  /// `x · s`
  case multiply = "_mul_scalar"
  /// `x / s`
  case divide = "_div_scalar"
}

extension Activation: ElementwiseOperator {
  var name: String {
    switch self {
    case .leakyReLU: "LeakyReLU"
    case .clip: "clip"
    case .scalar(let operation, _): operation.rawValue
    case .relu, .sigmoid, .tanh: "Activation"
    }
  }

  func apply(
    _ microkernels: MicrokernelTable, _ count: Int, _ source: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .relu: unsafe microkernels.scaleShift(count, source, 1, 0, true, target)
    case .clip(let minimum, let maximum):
      for i in 0..<count {
        let x = unsafe source[i]
        unsafe target[i] = x > maximum ? maximum : x < minimum ? minimum : x
      }
    case .scalar, .leakyReLU, .sigmoid, .tanh:
      if let (scale, shift) = singlePrecision {
        unsafe microkernels.scaleShift(count, source, scale, shift, false, target)
      } else {
        for i in 0..<count { unsafe target[i] = Float(apply(Double(source[i]))) }
      }
    }
  }

  /// The function's value.
  ///
  /// NaN gives NaN.
  func apply(_ x: Double) -> Double {
    switch self {
    case .relu: x < 0 ? 0 : x
    case .leakyReLU(let slope): x < 0 ? slope * x : x
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: Glibc.tanh(x)
    case .clip(let minimum, let maximum):
      x > Double(maximum) ? Double(maximum) : x < Double(minimum) ? Double(minimum) : x
    case .scalar(.add, let scalar): x + scalar
    case .scalar(.subtract, let scalar): x - scalar
    case .scalar(.subtractFrom, let scalar): scalar - x
    case .scalar(.multiply, let scalar): x * scalar
    case .scalar(.divide, let scalar): x / scalar
    }
  }

  /// The function as `scale · x + shift` in 32-bit floats, if it is one and both numbers keep their
  /// relative accuracy there.
  ///
  /// The number is then rounded once, and so is the result.
  var singlePrecision: (scale: Float, shift: Float)? {
    guard case .scalar(let operation, let scalar) = self else { return nil }
    func rounded(_ value: Double) -> Float? {
      let single = Float(value)
      return single.isNormal || value == 0 ? single : nil
    }
    switch operation {
    case .add: return rounded(scalar).map { (1, $0) }
    case .subtract: return rounded(-scalar).map { (1, $0) }
    case .subtractFrom: return rounded(scalar).map { (-1, $0) }
    case .multiply: return rounded(scalar).map { ($0, 0) }
    case .divide: return rounded(1 / scalar).map { ($0, 0) }
    }
  }

  /// The largest slope of the function: an error in its input grows by no more than this factor.
  public var lipschitz: Double {
    switch self {
    case .relu, .tanh, .clip: 1
    case .leakyReLU(let slope): max(1, slope.magnitude)
    case .sigmoid: 0.25
    case .scalar(.multiply, let scalar): scalar.magnitude
    case .scalar(.divide, let scalar): 1 / scalar.magnitude
    case .scalar: 1
    }
  }
}
