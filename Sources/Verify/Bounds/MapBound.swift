import Kernels
import Net

/// What a Class Activation Map should be, and how far rounding may take it from there, by element.
struct MapBound {
  /// The map of the exact features.
  let exact: ClassActivationMap

  /// The likely and the worst-case bound of each element.
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

  /// How far a map is from the exact one, and from the logit that the network computed: the largest
  /// error, over the likely and over the worst-case bound.
  ///
  /// Where nothing is allowed, or something is not finite, the ratio is the largest finite number, which
  /// formats without infinity can store.
  ///
  /// - Parameters:
  ///   - map: The map.
  ///   - identity: How far `mean(map) + bias` is from the logit; nil to leave that out.
  /// - Returns: The largest ratio to a likely bound, and to a worst-case one.
  func ratios(
    of map: ClassActivationMap, identity: IdentityError? = nil
  ) -> (overLikely: Double, overWorst: Double) {
    var largest = (overLikely: 0.0, overWorst: 0.0)
    func count(_ error: Double, _ likely: Double, _ worst: Double) {
      guard error != 0 || likely.isNaN || worst.isNaN else { return }
      largest.overLikely = max(largest.overLikely, Deviation.ratio(error, likely))
      largest.overWorst = max(largest.overWorst, Deviation.ratio(error, worst))
    }
    for (i, value) in map.values.enumerated() {
      count((value - exact.values[i]).magnitude, likely[i], worst[i])
    }
    if let identity { count(identity.error, identity.likely, identity.worst) }
    largest.overLikely = min(largest.overLikely, .greatestFiniteMagnitude)
    largest.overWorst = min(largest.overWorst, .greatestFiniteMagnitude)
    return largest
  }
}

/// How far `mean(map) + bias` is from the logit, and how far rounding may take it.
///
/// Both follow from the same features. The network sums the S places of a channel, divides by S,
/// multiplies by the weight, sums K channels and adds the bias, so that each product goes through at most
/// S + K + 3 roundings; the map's own sums are in double precision and negligible here. The bounds are
/// then those of any sum (``RoundingModel``), times `Σ_k |w[c, k]| · mean|f[k]| + |bias|`, and each
/// rounding may underflow by 2⁻¹⁵⁰.
struct IdentityError {
  let error: Double
  let likely: Double
  let worst: Double

  /// - Parameters:
  ///   - map: The map of one class, from the features.
  ///   - head: Where the network's maps come from.
  ///   - features: The features that the network computed, `[K, h, w]`.
  ///   - shape: Their shape.
  ///   - logit: The logit that the network computed.
  ///   - parameters: The weights of the network.
  /// - Throws: ``GraphError`` if the weights are missing or do not fit.
  init(
    of map: ClassActivationMap, head: ClassifierHead, features: ArraySlice<Float>,
    shape: TensorShape, logit: Double, parameters: Parameters
  ) throws(GraphError) {
    let bias = head.biasValue(ofClass: map.classIndex, parameters: parameters)
    let plane = shape.planeCount
    func mean(_ channel: Int) -> Double {
      let start = features.startIndex + channel * plane
      return features[start..<(start + plane)].reduce(0.0) { $0 + Double($1.magnitude) }
        / Double(plane)
    }
    var magnitude = bias.magnitude
    if let row = try head.weights(
      ofClass: map.classIndex, channels: shape.channels, parameters: parameters)
    {
      for (channel, weight) in row.enumerated() { magnitude += weight.magnitude * mean(channel) }
    } else {
      magnitude += mean(map.classIndex)
    }
    let roundings = plane + shape.channels + 3
    let model = RoundingModel(roundings: roundings, sums: head.classCount)
    let underflow = Double(roundings) * 0x1p-150
    error = (map.mean + bias - logit).magnitude
    likely = model.likely * (1 + 0x1p-20) * magnitude + underflow
    worst = model.worst * (1 + 0x1p-20) * magnitude + underflow
  }
}
