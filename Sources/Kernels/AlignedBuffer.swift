import Glibc

/// Floats at the beginning of a page, for packed weights.
///
/// Large buffers ask for large pages: a network's weights are read once in each run, and with pages
/// of 4 KiB the processor would look up a new translation every few hundred cycles.
@safe
final class AlignedBuffer: @unchecked Sendable {
  let count: Int
  @unsafe let pointer: UnsafeMutablePointer<Float>

  /// Reserves memory that holds zeros.
  ///
  /// - Throws: ``KernelError`` if the system has not that much memory.
  init(count: Int) throws(KernelError) {
    self.count = count
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
