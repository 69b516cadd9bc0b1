import Glibc

/// What a kernel may use up before it is stopped.
package struct KernelLimits: Hashable, Sendable {
  /// The seconds that one call may take.
  package var seconds: Double

  /// The bytes of address space that its process may take; 0 for no limit.
  package var memoryByteCount: Int

  package init(seconds: Double = 60, memoryByteCount: Int = Self.standardMemoryByteCount) {
    self.seconds = seconds
    self.memoryByteCount = memoryByteCount
  }

  /// Three quarters of the machine's memory.
  package static var standardMemoryByteCount: Int {
    sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) / 4 * 3
  }
}
