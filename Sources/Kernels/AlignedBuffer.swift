import Glibc

/// Floats at the beginning of a page, for packed weights.
///
/// Large buffers ask for large pages: a network's weights are read once in each run, and with pages
/// of 4 KiB the processor would look up a new translation every few hundred cycles.
@safe
final class AlignedBuffer: @unchecked Sendable {
  let count: Int
  @unsafe let pointer: UnsafeMutablePointer<Float>

  /// The most elements: 16 GiB.
  ///
  /// Weights that are packed for vectors may take hundreds of times the room of the weights themselves,
  /// where a kernel is tall and its channels are few.
  static let largestCount = 1 << 32

  /// Reserves memory that holds zeros.
  ///
  /// - Throws: ``KernelError`` if that is more than ``largestCount`` or than the system has.
  init(count: Int) throws(KernelError) {
    self.count = count
    guard count <= Self.largestCount else {
      throw KernelError(
        .outOfMemory,
        "packed weights would take \(count >> 18) MiB, more than \(Self.largestCount >> 18)")
    }
    let bytes = Self.bytes(count)
    guard bytes > 0,
      let memory = unsafe mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe memory != MAP_FAILED
    else {
      throw KernelError(.outOfMemory, "cannot allocate \(count / (1 << 18)) MiB for weights")
    }
    unsafe madvise(memory, bytes, MADV_HUGEPAGE)
    unsafe pointer = memory.bindMemory(to: Float.self, capacity: count)
  }

  deinit { _ = unsafe munmap(pointer, Self.bytes(count)) }

  var byteCount: Int { count * MemoryLayout<Float>.stride }

  /// Whole pages, or 0 if there is no such number.
  private static func bytes(_ count: Int) -> Int {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    return overflow || count < 0 || bytes > Int.max / 2 ? 0 : max(1, (bytes + 4095) / 4096) * 4096
  }
}
