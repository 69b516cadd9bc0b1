import Glibc

/// One aligned allocation from which the buffers of a run are lent.
///
/// Behind every buffer there is room for a guard of ``guardCount`` elements with a known bit
/// pattern, so that a kernel which writes past its output can be caught.
@safe
public final class Arena: @unchecked Sendable {
  /// The elements of a guard: one cache line.
  public static let guardCount = 16

  /// A signalling NaN with a payload that no arithmetic produces.
  private static let guardPattern: UInt32 = 0x7FA5_C0DE

  /// The elements, guards included.
  public let capacity: Int

  private let base: UnsafeMutablePointer<Float>

  /// Reserves memory.
  ///
  /// It holds zeros, and pages of it that nothing touches cost nothing.
  ///
  /// - Throws: ``KernelError`` if the system has not that much memory.
  public init(capacity: Int) throws(KernelError) {
    let (bytes, overflow) = capacity.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard !overflow, bytes < Int.max / 2,
      let memory = unsafe mmap(
        nil, max(4096, bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe memory != MAP_FAILED
    else {
      throw KernelError(
        .outOfMemory, "cannot allocate \(capacity / (1 << 18)) MiB for activations")
    }
    unsafe base = memory.bindMemory(to: Float.self, capacity: capacity)
    self.capacity = capacity
  }

  deinit { _ = unsafe munmap(base, max(4096, capacity * MemoryLayout<Float>.stride)) }

  /// Lends a region to read from.
  ///
  /// - Precondition: The region lies in the arena.
  @unsafe
  public func view(at offset: Int, shape: TensorShape, layout: Layout, batchStride: Int)
    -> FeatureView
  {
    check(offset, shape, layout, batchStride)
    return unsafe FeatureView(
      base: base + offset, shape: shape, layout: layout, batchStride: batchStride)
  }

  /// Lends a region to write to.
  ///
  /// - Precondition: The region lies in the arena.
  @unsafe
  public func mutableView(at offset: Int, shape: TensorShape, layout: Layout, batchStride: Int)
    -> MutableFeatureView
  {
    check(offset, shape, layout, batchStride)
    return unsafe MutableFeatureView(
      base: base + offset, shape: shape, layout: layout, batchStride: batchStride)
  }

  private func check(
    _ offset: Int, _ shape: TensorShape, _ layout: Layout, _ batchStride: Int
  ) {
    let imageCount = layout.imageCount(of: shape)
    precondition(
      offset >= 0 && batchStride >= imageCount
        && offset + (shape.batch - 1) * batchStride + imageCount <= capacity,
      "a view exceeds the arena")
  }

  /// Lends scratch memory.
  ///
  /// - Precondition: The region lies in the arena.
  @unsafe
  public func scratch(at offset: Int, count: Int) -> UnsafeMutablePointer<Float> {
    precondition(offset >= 0 && offset + count <= capacity, "scratch exceeds the arena")
    return unsafe base + offset
  }

  /// Copies a region of another arena to the same place here.
  ///
  /// - Precondition: The region lies in both arenas.
  public func copy(from other: Arena, in region: Range<Int>) {
    unsafe scratch(at: region.lowerBound, count: region.count).update(
      from: other.scratch(at: region.lowerBound, count: region.count), count: region.count)
  }

  /// Whether a region has the bits of the same region of another arena.
  ///
  /// - Precondition: The region lies in both arenas.
  public func hasSameBits(as other: Arena, in region: Range<Int>) -> Bool {
    unsafe memcmp(
      scratch(at: region.lowerBound, count: region.count),
      other.scratch(at: region.lowerBound, count: region.count),
      region.count * MemoryLayout<Float>.stride) == 0
  }

  /// Writes the guard pattern into the `guardCount` elements from `offset` on.
  public func setGuard(at offset: Int) {
    let start = unsafe UnsafeMutableRawPointer(scratch(at: offset, count: Self.guardCount))
    for i in 0..<Self.guardCount {
      unsafe start.storeBytes(of: Self.guardPattern, toByteOffset: 4 * i, as: UInt32.self)
    }
  }

  /// Whether nothing has written into a guard since it was set.
  public func isGuardIntact(at offset: Int) -> Bool {
    let start = unsafe UnsafeRawPointer(scratch(at: offset, count: Self.guardCount))
    return (0..<Self.guardCount).allSatisfy {
      unsafe start.load(fromByteOffset: 4 * $0, as: UInt32.self) == Self.guardPattern
    }
  }
}
