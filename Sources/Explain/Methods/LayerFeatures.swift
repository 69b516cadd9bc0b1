import Kernels
import Net

/// The features of one picture at a head, and how one class weighs their channels.
struct LayerFeatures {
  let channels: Int
  let height: Int
  let width: Int

  /// `[channels][height][width]`.
  let values: [Double]

  /// - Precondition: The features fill the shape; its batch does not matter.
  init<Element: BinaryFloatingPoint>(_ features: ArraySlice<Element>, shape: TensorShape) {
    precondition(features.count == shape.imageCount, "the features do not fill the shape")
    (channels, height, width) = (shape.channels, shape.height, shape.width)
    values = features.map { Double($0) }
  }

  /// The places of one channel.
  var planeCount: Int { height * width }

  /// One channel, `[height][width]`.
  func plane(_ channel: Int) -> ArraySlice<Double> {
    values[(channel * planeCount)..<((channel + 1) * planeCount)]
  }

  /// The sum of one channel's values.
  func sum(ofChannel channel: Int) -> Double { plane(channel).reduce(0, +) }

  /// `Σ_k weights[k] · f[k, y, x]`, channel after channel.
  func weighted(by weights: [Double]) -> [Double] {
    var map = [Double](repeating: 0, count: planeCount)
    for (channel, weight) in weights.enumerated() {
      let start = channel * planeCount
      for place in 0..<planeCount { map[place] += weight * values[start + place] }
    }
    return map
  }
}

extension ClassifierHead {
  /// The weights of one class, one per channel; 1 for its own channel and 0 for the others if the
  /// features are class maps.
  ///
  /// - Throws: ``ExplainError`` if the parameter is missing or does not fit.
  func channelWeights(
    ofClass classIndex: Int, channels: Int, parameters: Parameters
  ) throws(ExplainError) -> [Double] {
    let row: [Double]?
    do {
      row = try weights(ofClass: classIndex, channels: channels, parameters: parameters)
    } catch {
      throw ExplainError(error)
    }
    guard row != nil || channels == classCount else {
      throw ExplainError(.wrongWeights, "\(channels) feature maps are not \(classCount) classes")
    }
    return row ?? (0..<channels).map { $0 == classIndex ? 1 : 0 }
  }
}

/// The positive part; NaN stays NaN.
func positivePart(_ values: [Double]) -> [Double] { values.map { $0 < 0 ? 0 : $0 } }
