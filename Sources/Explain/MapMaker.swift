import Kernels
package import Net

/// Makes the maps of some classes for pictures that have gone through a network.
package struct MapMaker {
  /// Runs the network again, for the methods that need it.
  package let explainer: Explainer
  package let method: CAMMethod

  /// How ``CAMMethod/scoreCAM`` and ``CAMMethod/occlusion`` work.
  package var scoreCAM = ScoreCAM()
  package var occlusion = Occlusion()

  /// Whether maps at the size of the network's input are kept besides those of the method's own.
  package var keepsUpsampled = false

  package init(explainer: Explainer, method: CAMMethod) {
    self.explainer = explainer
    self.method = method
  }

  /// Makes the maps of one picture.
  ///
  /// - Parameters:
  ///   - source: The picture's file, as it was named.
  ///   - picture: The picture.
  ///   - inference: The network's result for it.
  ///   - topCount: The most likely classes that are listed and mapped.
  ///   - classes: Other classes to map.
  ///   - label: The name of a class.
  ///   - progress: Called with the passes of methods that run the network again.
  /// - Returns: The maps, the most likely class first.
  /// - Throws: ``ExplainError`` if the network's result is not finite or the method cannot be used,
  ///   ``GraphError`` or ``KernelError`` if the network cannot run.
  package func maps(
    source: String, picture: PreparedPicture, inference: Inference, topCount: Int, classes: [Int],
    label: (Int) -> String, progress: ExplainProgress? = nil
  ) throws -> PictureMaps {
    guard inference.logits.allSatisfy(\.isFinite) else {
      throw ExplainError(
        .notFinite, "\(source): the network's result is not finite; are these its weights?")
    }
    let shape = inference.input
    let head = try explainer.head(for: shape)
    var result = PictureMaps(
      source: source, inputShape: shape, logits: inference.logits,
      probabilities: inference.probabilities, method: method, topCount: topCount)
    let wanted = result.top + classes.filter { !result.top.contains($0) }
    let parameters = explainer.model.parameters
    let maps: [ClassActivationMap] =
      switch method {
      case .scoreCAM:
        try scoreCAM.maps(
          ofClasses: wanted, input: picture.input, head: head, parameters: parameters,
          executor: explainer.executor(for: shape), progress: progress)
      case .occlusion:
        try occlusion.maps(
          ofClasses: wanted, input: picture.input, head: head,
          executor: explainer.executor(for: shape), progress: progress)
      default:
        try wanted.map {
          try head.map(
            method: method, ofClass: $0, features: inference.features[...],
            shape: inference.featureShape, parameters: parameters)
        }
      }
    for map in maps {
      result.add(
        map, label: label(map.classIndex),
        bias: head.biasValue(ofClass: map.classIndex, parameters: parameters),
        upsampled: keepsUpsampled
          ? visible(map, head).upsampled(width: shape.width, height: shape.height) : nil)
    }
    return result
  }

  /// The part of a map that covers the picture.
  ///
  /// - Throws: ``GraphError`` or ``KernelError`` if the network does not accept such pictures.
  package func visibleMap(_ map: ClassActivationMap, of inference: Inference) throws
    -> ClassActivationMap
  {
    visible(map, try explainer.head(for: inference.input))
  }

  private func visible(_ map: ClassActivationMap, _ head: ClassifierHead) -> ClassActivationMap {
    // The windows of occlusion are laid out on the picture itself.
    method == .occlusion ? map : map.cropped(by: head.border)
  }
}
