package import Kernels
package import Net

extension ClassifierHead {
  /// The map of one class by a method in closed form, from the features of one picture.
  ///
  /// Sums are in double precision. ``CAMMethod/cam`` has the bits of ``map(ofClass:features:shape:parameters:)``.
  /// One pass over the features, two for ``CAMMethod/ablationCAM``.
  ///
  /// - Parameters:
  ///   - method: What to compute.
  ///   - classIndex: The class, below ``classCount``.
  ///   - features: The value of the node ``features`` for one picture, `[C, h, w]`.
  ///   - shape: Their shape; the batch does not matter.
  ///   - parameters: The weights of the network, including those of a linear layer.
  /// - Returns: A map of `h × w` values on the scale that ``CAMMethod`` states.
  /// - Throws: ``ExplainError`` if the method is not in closed form, or if the weights are missing or
  ///   do not fit.
  /// - Precondition: There is such a class, and the features fill the shape.
  package func map(
    method: CAMMethod, ofClass classIndex: Int, features: ArraySlice<Float>, shape: TensorShape,
    parameters: Parameters
  ) throws(ExplainError) -> ClassActivationMap {
    try map(method, classIndex, LayerFeatures(features, shape: shape), parameters)
  }

  /// The map of one class from features in double precision; see the method for 32-bit ones.
  ///
  /// Not one generic method for both: called from another module, it would compute element by element
  /// through a witness table.
  package func map(
    method: CAMMethod, ofClass classIndex: Int, features: ArraySlice<Double>, shape: TensorShape,
    parameters: Parameters
  ) throws(ExplainError) -> ClassActivationMap {
    try map(method, classIndex, LayerFeatures(features, shape: shape), parameters)
  }

  private func map(
    _ method: CAMMethod, _ classIndex: Int, _ features: LayerFeatures, _ parameters: Parameters
  ) throws(ExplainError) -> ClassActivationMap {
    precondition((0..<classCount).contains(classIndex), "there is no such class")
    let weights = try channelWeights(
      ofClass: classIndex, channels: features.channels, parameters: parameters)
    let places = Double(features.planeCount)

    let values: [Double]
    switch method {
    case .cam:
      values = features.weighted(by: weights)
    case .gradCAM:
      values = positivePart(features.weighted(by: weights)).map { $0 / places }
    case .xGradCAM:
      // Where there are no activations, or they cancel, no place differs from another.
      let counted = weights.indices.map { features.sum(ofChannel: $0) == 0 ? 0 : weights[$0] }
      values = positivePart(features.weighted(by: counted)).map { $0 / places }
    case .hiResCAM:
      values = features.weighted(by: weights).map { $0 / places }
    case .layerCAM:
      let positive = features.weighted(by: positivePart(weights))
      values = positivePart(positive).map { $0 / places }
    case .ablationCAM:
      let contributions = weights.indices.map {
        weights[$0] * (features.sum(ofChannel: $0) / places)
      }
      let bias = try bias(ofClass: classIndex, parameters: parameters)
      let logit = contributions.reduce(0, +) + bias
      // Zero has no share: the sign of the weights would be arbitrary.
      values =
        logit == 0
        ? [Double](repeating: 0, count: features.planeCount)
        : positivePart(features.weighted(by: contributions.map { $0 / logit }))
    case .scoreCAM, .occlusion:
      throw ExplainError(
        .needsForwardPasses, "\(method.rawValue) runs the network again and has no closed form")
    }
    return ClassActivationMap(
      classIndex: classIndex, height: features.height, width: features.width, values: values)
  }

  /// The bias of one class, 0 if there is none.
  private func bias(
    ofClass classIndex: Int, parameters: Parameters
  ) throws(ExplainError) -> Double {
    guard let bias else { return 0 }
    guard let parameter = parameters[bias], parameter.count == classCount else {
      throw ExplainError(
        GraphError(.missingParameter, node: bias, "the classifier's biases do not fit"))
    }
    return biasValue(ofClass: classIndex, parameters: parameters)
  }
}
