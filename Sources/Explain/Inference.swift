public import Kernels

/// What a network made of one picture.
public struct Inference: Sendable {
  /// The shape of the picture, `[1, C, H, W]`.
  public let input: TensorShape

  /// A value a class.
  public let logits: [Float]

  /// The softmax of the logits, whether or not the network itself ends in one.
  public let probabilities: [Float]

  /// The feature map that Class Activation Maps are summed from, `[C, h, w]`, and its shape for one
  /// picture.
  public let features: [Float]
  public let featureShape: TensorShape
}
