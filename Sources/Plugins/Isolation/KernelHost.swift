import CIsolation
import Glibc
package import Kernels

/// The process that runs a plugin's kernels: its own side.
///
/// It knows the plugin, operands, and nothing of what is expected.
package enum KernelHost {
  /// The argument by which a program is asked to be the host, followed by the bytes of memory that it may
  /// take.
  package static let command = "kernel-host"

  /// Carries out orders until the parent ends.
  ///
  /// - Parameters:
  ///   - memoryByteCount: The most address space to take; 0 for no limit.
  ///   - variants: The backends that go by a name instead of the built-in ones.
  /// - Returns: Never while all is well; an error's line if there is no parent that has shared its memory.
  package static func serve(
    memoryByteCount: Int, variants: @escaping (String) -> [any ConvolutionBackend] = { _ in [] }
  ) -> String {
    let orders = "this command is what densecam starts to run plugins in, and of no use by itself"
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_size > SharedMemory.firstOffset else {
      return orders
    }
    guard
      let memory = try? SharedMemory(descriptor: descriptor, byteCount: Int(status.st_size))
    else { return orders }
    cisolation_enter(Int64(memoryByteCount))
    unsafe cisolation_catch_faults(memory.mailbox)
    KernelSession(memory, variants: variants).run()
  }

  /// Where the parent puts the shared memory.
  private static let descriptor: Int32 = 3

  /// Where it puts the end of the channel by which it sends descriptors of more.
  static let channel: Int32 = 4
}
