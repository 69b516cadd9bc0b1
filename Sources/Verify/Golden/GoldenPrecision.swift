/// The precision in which another framework multiplied, as far as a golden does not record it.
///
/// A golden says f32 for values stored as 32-bit floats. Graphics processors and libraries round the
/// factors of such products to fewer bits, many of them by default.
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
  /// single precision. This only distinguishes a model's files from others; no backend is judged by it.
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

  /// The most precise one that explains such a distance; nil if none does.
  static func explaining(_ distance: Double) -> GoldenPrecision? {
    [f32, tf32, bf16].first { distance <= $0.nodeLimit }
  }
}
