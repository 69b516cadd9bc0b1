import Imaging
package import Kernels
package import Net

/// Score-CAM: each channel is a mask on the picture, and the network's score for the masked picture
/// weights the channel.
///
/// Wang et al., "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks",
/// CVPR Workshops 2020, algorithm 1:
///
/// 1. `mask[k]` = the channel, upsampled to the input's size (bilinear, half-pixel centres) and then
///    stretched to [0, 1].
/// 2. `score[k]` = the class's logit for `mask[k] ∘ input`. Masked values are 0 in the network's own
///    input space, after its preprocessing. The paper subtracts the logit of a baseline input; that
///    shifts all scores alike and does not affect the softmax, so it is not computed.
/// 3. `weight` = softmax of the scores over the channels.
/// 4. `map = ReLU(Σ_k weight[k] · f[k])`.
///
/// A channel that is the same everywhere, such as one that is zero, cannot be stretched: it is not a
/// mask, is not run and has the weight 0. If all are like that, as in a map of one place, the map is
/// zero.
package struct ScoreCAM: Hashable, Sendable {
  /// The number of channels to run for each class, or nil for all: those with the largest |w| of
  /// the class, the earlier ones among equals.
  package var channelLimit: Int?

  /// - Parameter channelLimit: See ``channelLimit``.
  package init(channelLimit: Int? = nil) { self.channelLimit = channelLimit }

  /// The maps of some classes.
  ///
  /// Costs one forward pass for the features and one per channel, in batches of the plan's size.
  /// However many classes there are, each channel runs once.
  ///
  /// - Parameters:
  ///   - classes: The classes, each below the head's count.
  ///   - input: The network's input, `[1, C, H, W]`.
  ///   - head: The network's head.
  ///   - parameters: The network's weights, including those of a linear layer.
  ///   - executor: Runs a plan for inputs of that size and of any batch, with the head's features and
  ///     logits tapped. The maps have the same bits for any batch and any number of threads.
  ///   - progress: Called after each batch.
  /// - Returns: One map per class, as large as the features.
  /// - Throws: ``ExplainError`` if the plan does not fit, if ``channelLimit`` is not positive, if the
  ///   network's result is not finite, or if `progress` ends it.
  /// - Precondition: There are such classes.
  package func maps(
    ofClasses classes: [Int], input: Tensor<Float>, head: ClassifierHead, parameters: Parameters,
    executor: Executor, progress: ExplainProgress? = nil
  ) throws(ExplainError) -> [ClassActivationMap] {
    precondition(classes.allSatisfy((0..<head.classCount).contains), "there is no such class")
    if let channelLimit, channelLimit < 1 {
      throw ExplainError(.wrongOption, "at least one channel is needed, not \(channelLimit)")
    }
    let passes = try ForwardPasses(
      executor: executor, head: head, picture: input.shape, progress: progress)
    let features = try passes.features(of: input.elements)

    var chosen: [[Int]] = []
    for index in classes {
      let weights = try head.channelWeights(
        ofClass: index, channels: features.channels, parameters: parameters)
      chosen.append(channels(of: features, weights: weights))
    }
    let channels = Set(chosen.joined()).sorted()
    let scores = try scores(of: channels, features: features, classes, input, passes)

    return classes.indices.map { place in
      let own = chosen[place]
      let softened = Softmax.of(own.map { scores[$0, default: []][place] })
      var weights = [Double](repeating: 0, count: features.channels)
      for (channel, weight) in zip(own, softened) { weights[channel] = weight }
      return ClassActivationMap(
        classIndex: classes[place], height: features.height, width: features.width,
        values: positivePart(features.weighted(by: weights)))
    }
  }

  /// The channels to run for one class, in order.
  private func channels(of features: LayerFeatures, weights: [Double]) -> [Int] {
    let varying = weights.indices.filter { channel in
      let plane = features.plane(channel)
      return plane.contains { $0 != plane[plane.startIndex] }
    }
    guard let channelLimit, channelLimit < varying.count else { return varying }
    let byWeight = topIndices(varying.map { weights[$0].magnitude }, channelLimit)
    return byWeight.map { varying[$0] }.sorted()
  }

  /// The logits of the classes for the picture under each channel's mask.
  private func scores(
    of channels: [Int], features: LayerFeatures, _ classes: [Int], _ input: Tensor<Float>,
    _ passes: ForwardPasses
  ) throws(ExplainError) -> [Int: [Double]] {
    let area = input.shape.planeCount
    var scores: [Int: [Double]] = [:]
    try passes.run(count: channels.count) { index, batch, offset in
      let plane = Plane(
        width: features.width, height: features.height,
        values: Array(features.plane(channels[index])))
      let wide = plane.resized(width: input.shape.width, height: input.shape.height)
      // A channel that varies only between the samples of a smaller input masks all of it.
      let mask = wide.normalized()?.values ?? [Double](repeating: 0, count: area)
      for start in stride(from: 0, to: input.shape.imageCount, by: area) {
        for pixel in 0..<area {
          let place = start + pixel
          batch[offset + place] = Float(mask[pixel] * Double(input.elements[place]))
        }
      }
    } read: { index, logits in
      scores[channels[index]] = classes.map { Double(logits[logits.startIndex + $0]) }
    }
    return scores
  }
}
