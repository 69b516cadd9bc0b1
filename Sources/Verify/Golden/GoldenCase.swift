public import Kernels

/// One input of a golden file and the network's values for it.
public struct GoldenCase: Sendable {
  public let name: String

  /// The picture's file name, its SHA-256, and how it became the input; empty if unknown.
  public var source: String
  public var sourceSHA256: String
  public var preprocessing: String

  /// `[N, C, H, W]`.
  public let input: Tensor<Float>

  /// The SHA-256 of the input according to the file, which is that of ``input``, or the file would have
  /// been refused; nil if not recorded.
  public var inputSHA256: String?

  /// The shapes of the stored activations, by node name.
  public let activationShapes: [String: TensorShape]

  /// The number of activations that the file claims to store, which is the actual number, or it would have
  /// been refused; nil if not recorded.
  public var activationCount: Int?

  /// How far a 32-bit run was from the stored activations, by the names of those nodes for which it
  /// is recorded.
  ///
  /// The relative L2 distance: an estimate of what rounding alone does.
  public var activationNoise: [String: Double] = [:]

  /// The same for ``logits``; nil if not recorded.
  public var logitNoise: Double?

  /// `[N, classes]`, row by row; empty if not stored.
  public let logits: [Float]
  public let probabilities: [Float]

  /// The stored maps of the first image, most likely class first.
  public let maps: [StoredMap]

  /// Reads one stored activation.
  let readActivation: @Sendable (_ node: String) throws(GoldenError) -> Tensor<Float>

  /// The stored value of a node, or nil if it is not stored.
  ///
  /// It is read from the file at each call.
  public func activation(_ node: String) throws(GoldenError) -> Tensor<Float>? {
    activationShapes[node] == nil ? nil : try readActivation(node)
  }
}

/// A Class Activation Map in a golden file.
public struct StoredMap: Hashable, Sendable {
  public var classIndex: Int
  public var height: Int
  public var width: Int
  public var values: [Float]
  public var label: String?
  public var rank: Int
  public var probability: Double
}

extension GoldenFile {
  /// The header of a golden that is only an input.
  public static func unrecordedHeader(model: String) -> GoldenHeader {
    GoldenHeader(
      generator: "densecam", generatorVersion: "", precision: .f64, model: model,
      weightsSHA256: "", symbolSHA256: "", created: "", command: "")
  }

  /// A golden that was not recorded: an input, and no stored values.
  ///
  /// It is compared with the double-precision run alone.
  public init(unrecorded input: Tensor<Float>, name: String, model: String) {
    self.init(
      path: name, header: Self.unrecordedHeader(model: model),
      cases: [
        GoldenCase(
          name: name, source: "", sourceSHA256: "", preprocessing: "", input: input,
          activationShapes: [:], logits: [], probabilities: [], maps: [],
          readActivation: { node throws(GoldenError) in
            throw GoldenError(.unreadable, path: name, "stores no activation of \(node)")
          })
      ])
  }
}
