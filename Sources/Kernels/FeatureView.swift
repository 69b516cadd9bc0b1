/// A batch of feature maps in memory that somebody else owns, to read from.
///
/// The channels of an image lie in one of the orders of ``Layout``. Images may lie further apart than
/// that fills, which is how a layer reads or writes some channels of a larger buffer. Views are lent
/// by ``Arena``, which checks their range.
@unsafe
public struct FeatureView {
  public let base: UnsafePointer<Float>
  public let shape: TensorShape
  public let layout: Layout

  /// The distance between two images, in elements.
  public let batchStride: Int

  public init(
    base: UnsafePointer<Float>, shape: TensorShape, layout: Layout = .planar, batchStride: Int
  ) {
    unsafe self.base = unsafe base
    unsafe self.shape = shape
    unsafe self.layout = layout
    unsafe self.batchStride = batchStride
  }

  /// The same maps, to read from.
  public init(_ view: MutableFeatureView) {
    unsafe self.init(
      base: view.base, shape: view.shape, layout: view.layout, batchStride: view.batchStride)
  }

  /// The first element of a channel; its next pixel is `layout.blockWidth` elements away.
  ///
  /// For a planar view that is a dense plane.
  @inline(__always)
  public func plane(_ image: Int, _ channel: Int) -> UnsafePointer<Float> {
    let width = unsafe layout.blockWidth
    return unsafe base + image * batchStride + channel / width * width * shape.planeCount
      + channel % width
  }
}

/// A batch of feature maps in memory that somebody else owns, to write to.
@unsafe
public struct MutableFeatureView {
  public let base: UnsafeMutablePointer<Float>
  public let shape: TensorShape
  public let layout: Layout

  /// The distance between two images, in elements.
  public let batchStride: Int

  public init(
    base: UnsafeMutablePointer<Float>, shape: TensorShape, layout: Layout = .planar,
    batchStride: Int
  ) {
    unsafe self.base = unsafe base
    unsafe self.shape = shape
    unsafe self.layout = layout
    unsafe self.batchStride = batchStride
  }

  /// The first element of a channel; its next pixel is `layout.blockWidth` elements away.
  ///
  /// For a planar view that is a dense plane.
  @inline(__always)
  public func plane(_ image: Int, _ channel: Int) -> UnsafeMutablePointer<Float> {
    let width = unsafe layout.blockWidth
    return unsafe base + image * batchStride + channel / width * width * shape.planeCount
      + channel % width
  }
}
