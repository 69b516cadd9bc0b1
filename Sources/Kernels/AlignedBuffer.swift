import Glibc

/// Floats at the beginning of a page, for packed weights.
///
/// Large buffers ask for large pages: a network's weights are read once in each run, and with pages
/// of 4 KiB the processor would look up a new translation every few hundred cycles.
@safe
final class AlignedBuffer: @unchecked Sendable {
  let count: Int
  @unsafe let pointer: UnsafeMutablePointer<Float>

  /// The elements that packed weights may always take, however few the weights are: 1 GiB.
  private static let leastLimit = 1 << 28

  /// Reserves memory for packed weights.
  ///
  /// Where a kernel is tall and its channels are few, or where a matrix has one side, vectors are filled
  /// up to hundreds of times the weights.
  ///
  /// - Parameters:
  ///   - count: The elements of the packed weights.
  ///   - weights: The elements of the weights as given.
  /// - Throws: ``KernelError`` if it is more than 1 GiB and eight times the weights, or more than the
  ///   system has.
  convenience init(count: Int, packing weights: Int) throws(KernelError) {
    let limit = max(Self.leastLimit, 8 * weights)
    guard count <= limit else {
      throw KernelError(
        .outOfMemory,
        "\(weights) weights would take \(count >> 18) MiB when packed, more than \(limit >> 18)")
    }
    try self.init(count: count)
  }

  /// Reserves memory that holds zeros.
  ///
  /// - Throws: ``KernelError`` if the system does not have that much memory.
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

  /// The size in whole pages; 0 if it overflows.
  private static func bytes(_ count: Int) -> Int {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    return overflow || count < 0 || bytes > Int.max / 2 ? 0 : max(1, (bytes + 4095) / 4096) * 4096
  }
}
