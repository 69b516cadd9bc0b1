public import Kernels

/// The raw map of one class for one picture: how much each place of the last feature map speaks for
/// the class, with no bias, no ReLU and no scaling.
///
/// `map[y, x] = Σ_k w[c, k] · f[k, y, x]`, summed in double precision, so that
/// `mean(map) + bias[c] = logit[c]`.
public struct ClassActivationMap: Hashable, Sendable {
  public let classIndex: Int
  public let height: Int
  public let width: Int

  /// Row by row.
  public let values: [Double]

  public init(classIndex: Int, height: Int, width: Int, values: [Double]) {
    precondition(values.count == height * width, "the values do not fill the map")
    self.classIndex = classIndex
    self.height = height
    self.width = width
    self.values = values
  }

  /// The map without some rows and columns at its edges, such as a head's ``ClassifierHead/border``;
  /// unchanged if nothing would be left.
  public func cropped(by border: Padding) -> ClassActivationMap {
    let rows = border.top..<max(border.top, height - border.bottom)
    let columns = border.left..<max(border.left, width - border.right)
    guard !rows.isEmpty, !columns.isEmpty, (rows.count, columns.count) != (height, width) else {
      return self
    }
    return ClassActivationMap(
      classIndex: classIndex, height: rows.count, width: columns.count,
      values: rows.flatMap { row in columns.map { values[row * width + $0] } })
  }

  public var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// The row and column of the largest value; the first if there are several.
  ///
  /// Nil if a value is NaN.
  public var peak: (row: Int, column: Int)? {
    guard values.allSatisfy({ !$0.isNaN }), let largest = values.max(),
      let index = values.firstIndex(of: largest)
    else { return nil }
    return (index / width, index % width)
  }
}

extension ClassifierHead {
  /// The map of one class, from the features of one picture.
  ///
  /// - Parameters:
  ///   - classIndex: The class, below ``classCount``.
  ///   - features: The value of the node ``features`` for one picture, `[C, h, w]`.
  ///   - shape: Their shape; the batch does not matter.
  ///   - parameters: The weights of the network, including those of a linear layer.
  /// - Returns: A map of `h × w` values.
  /// - Throws: ``GraphError`` if the weights are missing or do not fit.
  public func map<Element: BinaryFloatingPoint>(
    ofClass classIndex: Int, features: ArraySlice<Element>, shape: TensorShape,
    parameters: Parameters
  ) throws(GraphError) -> ClassActivationMap {
    precondition(features.count == shape.imageCount && (0..<classCount).contains(classIndex))
    let plane = shape.planeCount
    var values = [Double](repeating: 0, count: plane)
    if let row = try weights(ofClass: classIndex, channels: shape.channels, parameters: parameters)
    {
      for (channel, w) in row.enumerated() {
        let start = features.startIndex + channel * plane
        for i in 0..<plane { values[i] += w * Double(features[start + i]) }
      }
    } else {
      let start = features.startIndex + classIndex * plane
      for i in 0..<plane { values[i] = Double(features[start + i]) }
    }
    return ClassActivationMap(
      classIndex: classIndex, height: shape.height, width: shape.width, values: values)
  }

  /// The weights of the linear layer for one class, by channel of the features.
  ///
  /// - Parameters:
  ///   - classIndex: The class, below ``classCount``.
  ///   - channels: The channels of the features.
  ///   - parameters: The weights of the network.
  /// - Returns: Nil if the features are already one map per class, which has the weight 1.
  /// - Throws: ``GraphError`` if the weights are missing or do not fit.
  public func weights(
    ofClass classIndex: Int, channels: Int, parameters: Parameters
  ) throws(GraphError) -> [Double]? {
    guard let weight else { return nil }
    guard let parameter = parameters[weight], parameter.count == classCount * channels else {
      throw GraphError(.missingParameter, node: weight, "the classifier's weights do not fit")
    }
    return parameter.withElements { elements in
      (0..<channels).map { Double(elements[classIndex * channels + $0]) }
    }
  }

  /// The bias in the identity `mean(map) + bias = logit`.
  public func biasValue(ofClass classIndex: Int, parameters: Parameters) -> Double {
    bias.flatMap { parameters[$0] }.map { parameter in
      parameter.withElements { Double($0[classIndex]) }
    } ?? 0
  }
}
