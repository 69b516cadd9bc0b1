package import Kernels

/// What a network made of one picture.
package struct Inference: Sendable {
  /// The shape of the picture, `[1, C, H, W]`.
  package let input: TensorShape

  /// A value a class.
  package let logits: [Float]

  /// The softmax of the logits, whether or not the network itself ends in one.
  package let probabilities: [Float]

  /// The feature map that Class Activation Maps are summed from, `[C, h, w]`, and its shape for one
  /// picture.
  package let features: [Float]
  package let featureShape: TensorShape
}
