import Kernels
import Net

/// What a Class Activation Map should be, and how far rounding may take it from there, by element.
struct MapBound {
  /// The map of the exact features.
  let exact: ClassActivationMap

  /// The error of each element that is likely, and the one that is possible.
  let likely: [Double]
  let worst: [Double]

  /// Derives the bound of one map from that of the features it is summed from.
  ///
  /// `map[y, x] = Σ_k w[c, k] · f[k, y, x]` is linear, so features that are each off by at most
  /// `δ[k, y, x]` move it by at most `Σ_k |w[c, k]| · δ[k, y, x]`. No independence is assumed: the
  /// errors of channels may share roundings. The sum itself runs in double precision and adds at most
  /// `γ_K · Σ_k |w[c, k]| · |f[k, y, x]|` with u = 2⁻⁵³ (Higham, "Accuracy and Stability of Numerical
  /// Algorithms", 2nd ed., section 3.1); K + 1 roundings cover the denominator of γ.
  ///
  /// - Parameters:
  ///   - classIndex: The class.
  ///   - head: Where the network's maps come from.
  ///   - features: The exact features and what rounding may do to them.
  ///   - parameters: The weights of the network.
  /// - Throws: ``GraphError`` if the weights are missing or do not fit.
  init(
    ofClass classIndex: Int, head: ClassifierHead, features: FeatureReference,
    parameters: Parameters
  ) throws(GraphError) {
    let shape = features.exact.shape
    let values = features.exact.elements[..<shape.imageCount]
    exact = try head.map(
      ofClass: classIndex, features: values, shape: shape, parameters: parameters)
    let row = try head.weights(
      ofClass: classIndex, channels: shape.channels, parameters: parameters)
    let plane = shape.planeCount
    /// `Σ_k |w[c, k]| · tensor[k, y, x]`
    func sum(_ tensor: Tensor<Double>) -> [Double] {
      guard let row else {
        return tensor.elements[(classIndex * plane)..<((classIndex + 1) * plane)].map(\.magnitude)
      }
      var sums = [Double](repeating: 0, count: plane)
      for (channel, w) in row.enumerated() {
        for i in 0..<plane {
          sums[i] += w.magnitude * tensor.elements[channel * plane + i].magnitude
        }
      }
      return sums
    }
    let own =
      row == nil
      ? [Double](repeating: 0, count: plane)
      : sum(features.exact).map { Double(shape.channels + 1) * 0x1p-53 * $0 }
    likely = zip(sum(features.allowed.likely), own).map { $0 + $1 }
    worst = features.allowed.worst.map { zip(sum($0), own).map { $0 + $1 } } ?? likely
  }

  /// How far a map is from the exact one: its largest error, over the likely bound and over the worst.
  ///
  /// Where nothing is allowed, or the map is not finite, the ratio is the largest finite number, which
  /// formats without infinity can keep.
  func ratios(of map: ClassActivationMap) -> (overLikely: Double, overWorst: Double) {
    var largest = (overLikely: 0.0, overWorst: 0.0)
    for (i, value) in map.values.enumerated() {
      let error = (value - exact.values[i]).magnitude
      guard error != 0 else { continue }
      largest.overLikely = max(largest.overLikely, Deviation.ratio(error, likely[i]))
      largest.overWorst = max(largest.overWorst, Deviation.ratio(error, worst[i]))
    }
    largest.overLikely = min(largest.overLikely, .greatestFiniteMagnitude)
    largest.overWorst = min(largest.overWorst, .greatestFiniteMagnitude)
    return largest
  }
}

/// The exact value of the node that maps are summed from, and what rounding and inherited errors may
/// do to it.
struct FeatureReference {
  var exact: Tensor<Double>
  var allowed: Allowance
}
