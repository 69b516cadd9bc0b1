package import Kernels

/// A network's result for one picture.
package struct Inference: Sendable {
  /// The shape of the picture, `[1, C, H, W]`.
  package let input: TensorShape

  /// One value per class.
  package let logits: [Float]

  /// The softmax of the logits, whether or not the network itself ends in one.
  package let probabilities: [Float]

  /// The feature map that Class Activation Maps are summed from, `[C, h, w]`, and its shape for one
  /// picture.
  package let features: [Float]
  package let featureShape: TensorShape
}
