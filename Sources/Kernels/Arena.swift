import Glibc

/// One aligned allocation from which the buffers of a run are lent.
///
/// Everything is counted in bytes. After every buffer there is room for a guard of ``guardByteCount``
/// bytes with a known pattern, so that a kernel which writes past its output can be caught.
@safe
public final class Arena: @unchecked Sendable {
  /// The bytes of a guard: one cache line.
  public static let guardByteCount = 64

  /// The alignment of the arena and of what a plan puts into it, in bytes: a cache line.
  public static let alignment = 64

  /// Rounds bytes up to whole cache lines.
  package static func aligned(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }

  /// A signalling NaN of 32 bits with a payload that no arithmetic produces.
  private static let guardPattern: UInt32 = 0x7FA5_C0DE

  /// The bytes, guards included.
  public let byteCount: Int

  /// The file in memory that holds the bytes, so that another process can map it; nil if none can.
  package let descriptor: Int32?

  private let base: UnsafeMutableRawPointer

  /// Reserves memory.
  ///
  /// It holds zeros, and pages of it that nothing touches cost nothing.
  ///
  /// - Throws: ``KernelError`` if the system does not have that much memory.
  public convenience init(byteCount: Int) throws(KernelError) {
    try self.init(byteCount: byteCount, MAP_PRIVATE | MAP_ANONYMOUS, descriptor: nil)
  }

  /// Maps a file in memory, which another process may have mapped as well.
  ///
  /// - Parameters:
  ///   - descriptor: The file, which is closed with the arena, also if this fails.
  ///   - byteCount: Its bytes; it must not become shorter.
  /// - Throws: ``KernelError`` if the system refuses.
  package convenience init(descriptor: Int32, byteCount: Int) throws(KernelError) {
    do throws(KernelError) {
      try self.init(byteCount: byteCount, MAP_SHARED, descriptor: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
  }

  private init(byteCount: Int, _ flags: Int32, descriptor: Int32?) throws(KernelError) {
    guard (0..<Int.max / 2).contains(byteCount),
      let memory = unsafe mmap(
        nil, max(4096, byteCount), PROT_READ | PROT_WRITE, flags, descriptor ?? -1, 0),
      unsafe memory != MAP_FAILED
    else {
      throw KernelError(.outOfMemory, "cannot allocate \(byteCount >> 20) MiB for activations")
    }
    unsafe base = memory
    self.byteCount = byteCount
    self.descriptor = descriptor
  }

  deinit {
    _ = unsafe munmap(base, max(4096, byteCount))
    if let descriptor { close(descriptor) }
  }

  /// The distance of an address from the beginning, in bytes; nil if it is not in the arena.
  package func offset(of address: UnsafeRawPointer) -> Int? {
    let offset = unsafe UnsafeRawPointer(base).distance(to: address)
    return (0..<max(1, byteCount)).contains(offset) ? offset : nil
  }

  /// Lends a region to read from.
  ///
  /// - Parameters:
  ///   - offset: Where it begins, in bytes.
  ///   - shape: The maps.
  ///   - layout: How the channels of an image lie.
  ///   - imageStride: The distance between two images, in bytes.
  /// - Returns: The view, valid as long as the arena lives.
  /// - Precondition: The region is in the arena, and the numbers divide by the size of an element.
  @unsafe
  public func view(at offset: Int, shape: TensorShape, layout: Layout, imageStride: Int)
    -> FeatureView
  {
    unsafe FeatureView(
      mutableView(at: offset, shape: shape, layout: layout, imageStride: imageStride))
  }

  /// Lends a region to write to; see ``view(at:shape:layout:imageStride:)``.
  @unsafe
  public func mutableView(at offset: Int, shape: TensorShape, layout: Layout, imageStride: Int)
    -> MutableFeatureView
  {
    let size = MemoryLayout<Float>.stride
    let imageByteCount = layout.imageCount(of: shape) * size
    precondition(
      offset >= 0 && offset % size == 0 && imageStride % size == 0 && imageStride >= imageByteCount
        && offset + (shape.batch - 1) * imageStride + imageByteCount <= byteCount,
      "a view exceeds the arena")
    return unsafe MutableFeatureView(
      base: (base + offset).assumingMemoryBound(to: Float.self), shape: shape, layout: layout,
      batchStride: imageStride / size)
  }

  /// Lends memory.
  ///
  /// - Precondition: The region is in the arena.
  @unsafe
  public func bytes(in region: Range<Int>) -> UnsafeMutableRawPointer {
    precondition(
      region.lowerBound >= 0 && region.upperBound <= byteCount, "memory exceeds the arena")
    return unsafe base + region.lowerBound
  }

  /// Fills a region with 32-bit floats.
  ///
  /// - Precondition: The region is in the arena, and begins and ends where an element does.
  public func fill(_ region: Range<Int>, with value: Float) {
    let size = MemoryLayout<Float>.stride
    precondition(region.lowerBound % size == 0 && region.count % size == 0)
    unsafe bytes(in: region).assumingMemoryBound(to: Float.self).update(
      repeating: value, count: region.count / size)
  }

  /// Copies a region of another arena to the same place here.
  ///
  /// - Precondition: The region is in both arenas.
  public func copy(from other: Arena, in region: Range<Int>) {
    unsafe bytes(in: region).copyMemory(from: other.bytes(in: region), byteCount: region.count)
  }

  /// Whether a region has the bits of the same region of another arena.
  ///
  /// - Precondition: The region is in both arenas.
  public func hasSameBits(as other: Arena, in region: Range<Int>) -> Bool {
    unsafe memcmp(bytes(in: region), other.bytes(in: region), region.count) == 0
  }

  /// Writes the guard pattern into the guard that begins at a byte.
  public func setGuard(at offset: Int) {
    let start = unsafe bytes(in: offset..<(offset + Self.guardByteCount))
    for i in stride(from: 0, to: Self.guardByteCount, by: 4) {
      unsafe start.storeBytes(of: Self.guardPattern, toByteOffset: i, as: UInt32.self)
    }
  }

  /// Whether nothing has written into a guard since it was set.
  public func isGuardIntact(at offset: Int) -> Bool {
    let start = unsafe bytes(in: offset..<(offset + Self.guardByteCount))
    return stride(from: 0, to: Self.guardByteCount, by: 4).allSatisfy {
      unsafe start.load(fromByteOffset: $0, as: UInt32.self) == Self.guardPattern
    }
  }
}
