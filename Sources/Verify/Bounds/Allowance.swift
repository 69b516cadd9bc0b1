import Kernels

/// The errors that rounding allows for each element of a tensor.
struct Allowance: Sendable {
  /// The likely bound: up to here an element passes.
  var likely: Tensor<Double>

  /// The worst-case bound where it is larger; nil if it is the same.
  var worst: Tensor<Double>?

  /// The root of the mean square of all errors, each over its likely bound, that still passes.
  ///
  /// It is 1 where only a bound for each element is known.
  var likelyRMS: Double

  /// What overflow of intermediate values may do to each element; nil if there is none.
  var overflow: [Overflow]?

  /// What overflow may do to an element.
  enum Overflow: UInt8, Sendable, Comparable {
    /// Nothing.
    case none

    /// It may be infinite or NaN instead of what it should be.
    case possible

    /// It may be anything, as its inputs may be infinite or NaN: `max(0, −∞)` is 0.
    case unbounded

    static func < (a: Overflow, b: Overflow) -> Bool { a.rawValue < b.rawValue }
  }

  init(
    likely: Tensor<Double>, worst: Tensor<Double>? = nil, likelyRMS: Double = 1,
    overflow: [Overflow]? = nil
  ) {
    self.likely = likely
    self.worst = worst
    self.likelyRMS = likelyRMS
    self.overflow = overflow
  }

  /// No error at all.
  static func zero(_ shape: TensorShape) -> Allowance {
    Allowance(likely: Tensor(shape: shape, repeating: 0))
  }

  var isZero: Bool {
    worst == nil && overflow == nil && likely.elements.allSatisfy { $0 == 0 }
  }

  /// Adds another allowance of the same shape.
  mutating func add(_ other: Allowance) {
    likelyRMS = combinedRMS(with: other)
    if let others = other.overflow {
      overflow = overflow.map { zip($0, others).map { max($0, $1) } } ?? others
    }
    if worst != nil || other.worst != nil {
      var sum = worst ?? likely
      sum.add(other.worst ?? other.likely)
      worst = sum
    }
    likely.add(other.likely)
  }

  /// The root of the mean square of two errors together, each over what both are allowed.
  ///
  /// Where the first has the share s of an element's bound, the ratio is `s·X + (1 − s)·Y` with X and Y
  /// the ratios of each to its own bound. By Minkowski's inequality its root mean square is at most
  /// that of s·X plus that of (1 − s)·Y. The shares differ from element to element: an error that is small
  /// compared with rounding in one channel may be the only one in another.
  private func combinedRMS(with other: Allowance) -> Double {
    var own = 0.0
    var others = 0.0
    var count = 0
    for (a, b) in zip(likely.elements, other.likely.elements) where a + b > 0 && (a + b).isFinite {
      let share = a / (a + b)
      own += share * share
      others += (1 - share) * (1 - share)
      count += 1
    }
    guard count > 0 else {
      // Infinite allowances have no shares.
      let isInfinite = (likely.elements + other.likely.elements).contains { !$0.isFinite }
      return isInfinite ? 1 : likelyRMS
    }
    let root = { (sum: Double) in (sum / Double(count)).squareRoot() }
    return min(1, root(own) * likelyRMS + root(others) * other.likelyRMS)
  }

  /// Drops the bounds of elements that overflow may make anything.
  mutating func unboundWhereAnything() {
    guard let overflow, overflow.contains(.unbounded) else { return }
    var possible = worst ?? likely
    for i in overflow.indices where overflow[i] == .unbounded {
      likely.elements[i] = .infinity
      possible.elements[i] = .infinity
    }
    worst = possible
  }

  /// The worst-case bound where something exceeds the largest number; nil if nothing does.
  static func overflow(where reaches: (Int) -> Bool, count: Int) -> [Overflow]? {
    guard (0..<count).contains(where: reaches) else { return nil }
    return (0..<count).map { reaches($0) ? .possible : .none }
  }
}

extension Tensor where Element == Double {
  /// Adds element by element.
  mutating func add(_ other: Tensor<Double>) {
    precondition(shape.count == other.shape.count)
    for i in elements.indices { elements[i] += other.elements[i] }
  }

  /// The tensor with a function applied to each element.
  func mapped(_ body: (Double) -> Double) -> Tensor<Double> {
    Tensor(shape: shape, elements: elements.map(body))
  }
}
