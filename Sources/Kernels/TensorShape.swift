/// The shape of a batch of feature maps: `[N, C, H, W]`, row-major, W varying fastest.
public struct TensorShape: Hashable, Sendable {
  public var batch: Int
  public var channels: Int
  public var height: Int
  public var width: Int

  public init(batch: Int = 1, channels: Int, height: Int = 1, width: Int = 1) {
    self.batch = batch
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// The number of elements.
  ///
  /// Shapes that come from a file are checked with ``checkedCount`` before this is used.
  public var count: Int { batch * channels * height * width }

  /// The number of elements of one channel of one image.
  public var planeCount: Int { height * width }

  /// The number of elements of one image.
  public var imageCount: Int { channels * height * width }

  /// The most elements that a tensor may have: 4 TiB of floats.
  ///
  /// What is derived from a tensor, such as blocks filled up to whole vectors, can then be counted
  /// without overflow.
  public static let largestCount = 1 << 40

  /// The number of elements, or nil if a side is not positive or there are more than ``largestCount``.
  public var checkedCount: Int? {
    var product = 1
    for side in [batch, channels, height, width] {
      guard side > 0 else { return nil }
      let (value, overflow) = product.multipliedReportingOverflow(by: side)
      guard !overflow, value <= Self.largestCount else { return nil }
      product = value
    }
    return product
  }

  /// The four sides, as stored in files: `[N, C, H, W]`.
  public var dimensions: [Int] { [batch, channels, height, width] }
}

extension TensorShape: CustomStringConvertible {
  public var description: String { "\(batch)×\(channels)×\(height)×\(width)" }
}
