/// The precision in which another framework multiplied, as far as a golden's reader has to be told.
///
/// A golden says f32 for what was stored as 32-bit floats. Graphics processors and libraries round the factors
/// of such products to fewer bits, many without being asked.
public enum GoldenPrecision: String, Sendable, CaseIterable {
  /// 24 bits.
  case f32

  /// 11 bits: TensorFloat-32, the default of PyTorch's convolutions on graphics processors.
  case tf32

  /// 11 bits and a small range.
  case f16

  /// 8 bits.
  case bf16

  /// The largest relative L2 distance of a node's stored value from the one that is computed from the
  /// stored values before it.
  ///
  /// Two roundings of each product by u take the sum off by `2u·Σ|w||x|` at most, and `Σ|w||x|` is some
  /// times as large as the sum; ten of them are allowed, as 1e-4 allows hundreds for the many roundings of sums in
  /// single precision. This only tells files of a model from others; no backend is judged by it.
  var nodeLimit: Double { self == .f32 ? 1e-4 : 20 * unitRoundoff }

  /// The same for values that follow from the input alone, whose errors have added up over the network.
  public var networkLimit: Double { 10 * nodeLimit }

  private var unitRoundoff: Double {
    switch self {
    case .f32: 0x1p-24
    case .tf32, .f16: 0x1p-11
    case .bf16: 0x1p-8
    }
  }

  /// The most precise one in which a value can be so far off; nil if none explains it.
  static func explaining(_ distance: Double) -> GoldenPrecision? {
    [f32, tf32, bf16].first { distance <= $0.nodeLimit }
  }
}
