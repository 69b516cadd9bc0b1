import Kernels

/// How large the weights of a random classifier should be.
///
/// Logits of random weights are normal with some deviation σ across the classes. Where a thousand of
/// them compete, the largest has a probability above 0.1 only from σ = 3 on, and there it is as often
/// above 0.9: the result of the network would be close to a coin toss or to certainty. So each
/// class gets a bias, which spreads them thin enough that a dozen or two compete, as in a trained
/// network; then σ from 1 to 3 gives a largest probability between 0.1 and 0.9 for 19 pictures of 20,
/// whatever their contrast does to σ.
enum ClassifierScale {
  /// Biases are spread evenly from minus this to zero: seventeen classes for each unit.
  static func biasRange(classes: Int) -> Double { Double(classes) * 0.06 }

  /// The initial deviation of the logits.
  private static let deviation = 1.2

  /// The range for the largest probability on the given pictures.
  private static let range = 0.15...0.6

  /// The factor for the weights that these logits were computed with.
  ///
  /// It gives the logits a standard deviation of 1.2, changed in steps of 5 % until the mean of the
  /// largest probabilities is in the range.
  ///
  /// - Parameters:
  ///   - logits: `[N, classes, 1, 1]`, without a bias.
  ///   - bias: The bias of each class.
  /// - Returns: The factor, or 1 if the logits do not vary.
  static func scale(logits: Tensor<Double>, bias: [Float]) -> Double {
    let classes = logits.shape.channels
    let rows = (0..<logits.shape.batch).map {
      Array(logits.elements[($0 * classes)..<(($0 + 1) * classes)])
    }
    let variance =
      rows.reduce(0) { sum, row in
        let mean = row.reduce(0, +) / Double(classes)
        return sum + row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(classes)
      } / Double(rows.count)
    guard variance > 0 else { return 1 }
    func confidence(_ scale: Double) -> Double {
      rows.reduce(0) { $0 + largestProbability($1, scale, bias) } / Double(rows.count)
    }
    var scale = deviation / variance.squareRoot()
    // At most a hundred times 5 %, a factor of 131 in all: for one class, say, no scale will do.
    for _ in 0..<100 where confidence(scale) < range.lowerBound { scale *= 1.05 }
    for _ in 0..<100 where confidence(scale) > range.upperBound { scale /= 1.05 }
    return scale
  }

  private static func largestProbability(_ logits: [Double], _ scale: Double, _ bias: [Float])
    -> Double
  {
    let values = zip(logits, bias).map { $0 * scale + Double($1) }
    let largest = values.reduce(-Double.infinity, max)
    return 1 / values.reduce(0) { $0 + exponential($1 - largest) }
  }

  /// `eˣ` of a number that is not positive, without the C library: `(e^(x / 1024))^1024` with five
  /// terms of the series, good to 11 digits.
  private static func exponential(_ x: Double) -> Double {
    guard x > -700 else { return 0 }
    let step = x / 1024
    var power = 1 + step * (1 + step / 2 * (1 + step / 3 * (1 + step / 4 * (1 + step / 5))))
    for _ in 0..<10 { power *= power }
    return power
  }
}
