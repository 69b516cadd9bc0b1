/// A batch of feature maps in memory that somebody else owns, to read from.
///
/// Each channel is one dense plane of `height × width` floats, and the channels of an image follow
/// one another. Images may lie further apart than that, which is how a layer reads or writes some
/// channels of a larger buffer. Views are lent by ``Arena``, which checks their range.
@unsafe
public struct FeatureView {
  public let base: UnsafePointer<Float>
  public let shape: TensorShape

  /// The distance between two images, in elements.
  public let batchStride: Int

  public init(base: UnsafePointer<Float>, shape: TensorShape, batchStride: Int) {
    unsafe self.base = unsafe base
    unsafe self.shape = shape
    unsafe self.batchStride = batchStride
  }

  /// The first element of a plane.
  @inline(__always)
  public func plane(_ image: Int, _ channel: Int) -> UnsafePointer<Float> {
    unsafe base + image * batchStride + channel * shape.planeCount
  }
}

/// A batch of feature maps in memory that somebody else owns, to write to.
@unsafe
public struct MutableFeatureView {
  public let base: UnsafeMutablePointer<Float>
  public let shape: TensorShape

  /// The distance between two images, in elements.
  public let batchStride: Int

  public init(base: UnsafeMutablePointer<Float>, shape: TensorShape, batchStride: Int) {
    unsafe self.base = unsafe base
    unsafe self.shape = shape
    unsafe self.batchStride = batchStride
  }

  /// The first element of a plane.
  @inline(__always)
  public func plane(_ image: Int, _ channel: Int) -> UnsafeMutablePointer<Float> {
    unsafe base + image * batchStride + channel * shape.planeCount
  }
}
