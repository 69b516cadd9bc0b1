package import CDensecam

/// A read-only batch of feature maps in memory owned elsewhere.
///
/// The channels of an image lie in one of the orders of ``Layout``. Images may lie further apart than
/// that fills, which is how a layer reads or writes some channels of a larger buffer. Views are lent
/// by ``Arena``, which checks their range. Kernels get a C structure,
/// `densecam_view` of `densecam/view.h`.
@unsafe
public struct FeatureView {
  /// What kernels are given.
  package let raw: densecam_view

  /// Describes maps of 32-bit floats.
  ///
  /// - Parameters:
  ///   - base: The first element.
  ///   - shape: The batch and its sides.
  ///   - layout: How the channels of an image lie.
  ///   - batchStride: The distance between two images, in elements.
  public init(
    base: UnsafePointer<Float>, shape: TensorShape, layout: Layout = .planar, batchStride: Int
  ) {
    unsafe raw = densecam_view(
      UnsafeMutableRawPointer(mutating: base), shape, layout, batchStride)
  }

  /// The same maps, read-only.
  public init(_ view: MutableFeatureView) { unsafe raw = view.raw }

  public var base: UnsafePointer<Float> {
    unsafe UnsafePointer(raw.data.assumingMemoryBound(to: Float.self))
  }
  public var shape: TensorShape { unsafe raw.shape }
  public var layout: Layout { unsafe raw.layout }

  /// The distance between two images, in elements.
  public var batchStride: Int { unsafe raw.batchStride }

  /// The first element of a channel; its next pixel is `layout.blockWidth` elements away.
  ///
  /// For a planar view that is a dense plane.
  @inline(__always)
  public func plane(_ image: Int, _ channel: Int) -> UnsafePointer<Float> {
    unsafe base + raw.offset(image, channel)
  }
}

/// A writable batch of feature maps in memory owned elsewhere.
@unsafe
public struct MutableFeatureView {
  /// What kernels are given.
  package let raw: densecam_view

  /// Describes maps of 32-bit floats; see ``FeatureView``.
  public init(
    base: UnsafeMutablePointer<Float>, shape: TensorShape, layout: Layout = .planar,
    batchStride: Int
  ) {
    unsafe raw = densecam_view(UnsafeMutableRawPointer(base), shape, layout, batchStride)
  }

  public var base: UnsafeMutablePointer<Float> {
    unsafe raw.data.assumingMemoryBound(to: Float.self)
  }
  public var shape: TensorShape { unsafe raw.shape }
  public var layout: Layout { unsafe raw.layout }

  /// The distance between two images, in elements.
  public var batchStride: Int { unsafe raw.batchStride }

  /// The first element of a channel; its next pixel is `layout.blockWidth` elements away.
  ///
  /// For a planar view that is a dense plane.
  @inline(__always)
  public func plane(_ image: Int, _ channel: Int) -> UnsafeMutablePointer<Float> {
    unsafe base + raw.offset(image, channel)
  }
}

extension densecam_view {
  fileprivate init(
    _ base: UnsafeMutableRawPointer, _ shape: TensorShape, _ layout: Layout, _ batchStride: Int
  ) {
    unsafe self.init(
      data: base, batch: Int64(shape.batch), channels: Int64(shape.channels),
      height: Int64(shape.height), width: Int64(shape.width),
      image_stride: Int64(batchStride * MemoryLayout<Float>.stride),
      block_width: layout == .planar ? 1 : Int32(layout.blockWidth), element: Int32(DENSECAM_F32))
  }

  fileprivate var shape: TensorShape {
    unsafe TensorShape(
      batch: Int(batch), channels: Int(channels), height: Int(height), width: Int(width))
  }

  /// Blocks of one channel are planes.
  fileprivate var layout: Layout { unsafe block_width == 1 ? .planar : .blocked(Int(block_width)) }

  fileprivate var batchStride: Int { unsafe Int(image_stride) / MemoryLayout<Float>.stride }

  /// Where the first pixel of a channel lies, in elements.
  @inline(__always)
  fileprivate func offset(_ image: Int, _ channel: Int) -> Int {
    let block = unsafe Int(block_width)
    return unsafe image * batchStride + channel / block * block * Int(height * width)
      + channel % block
  }
}
