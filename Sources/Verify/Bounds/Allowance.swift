import Kernels

/// The errors that rounding allows for each element of a tensor.
struct Allowance: Sendable {
  /// What is likely: up to here an element passes.
  var likely: Tensor<Double>

  /// What is possible, where that is more; nil if it is the same.
  var worst: Tensor<Double>?

  /// The root of the mean square of all errors, each over its likely bound, that still passes.
  ///
  /// It is 1 where nothing is known but a bound for each element.
  var likelyRMS: Double

  init(likely: Tensor<Double>, worst: Tensor<Double>? = nil, likelyRMS: Double = 1) {
    self.likely = likely
    self.worst = worst
    self.likelyRMS = likelyRMS
  }

  /// No error at all.
  static func zero(_ shape: TensorShape) -> Allowance {
    Allowance(likely: Tensor(shape: shape, repeating: 0))
  }

  var isZero: Bool { worst == nil && likely.elements.allSatisfy { $0 == 0 } }

  /// Adds another allowance of the same shape.
  mutating func add(_ other: Allowance) {
    // The square of a weighted mean is at most the weighted mean of the squares, so two errors together
    // are as likely as each, in proportion to what they are allowed.
    let own = likely.elements.reduce(0, +)
    let others = other.likely.elements.reduce(0, +)
    if own + others == .infinity {
      // Infinite allowances have no mean.
      likelyRMS = 1
    } else if own + others > 0 {
      likelyRMS = (likelyRMS * own + other.likelyRMS * others) / (own + others)
    }
    if worst != nil || other.worst != nil {
      var sum = worst ?? likely
      sum.add(other.worst ?? other.likely)
      worst = sum
    }
    likely.add(other.likely)
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
