import CIsolation
import Glibc
import Kernels

/// Memory that two processes have mapped, at addresses of their own: a mailbox, and operands after it.
///
/// It can grow and never shrinks, so that neither process can take it away from the other.
@safe
final class SharedMemory {
  let descriptor: Int32
  private(set) var byteCount: Int

  /// Orders and answers; their address never changes, as a handler of faults keeps it.
  @unsafe let mailbox: OpaquePointer

  private let mailboxBase: UnsafeMutableRawPointer

  /// The whole memory; operands are used through this mapping.
  private var base: UnsafeMutableRawPointer

  /// Where operands begin.
  static let firstOffset = Int(CISOLATION_MAILBOX_BYTES)

  /// The alignment of operands: a page.
  static let alignment = 4096

  /// Rounds bytes up to that.
  static func aligned(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  /// Reserves memory; pages of it that nothing touches cost nothing.
  ///
  /// - Throws: ``KernelError`` if the system refuses.
  convenience init(byteCount: Int) throws(KernelError) {
    let descriptor = cisolation_memory(byteCount)
    guard descriptor >= 0 else { throw Self.refusal(of: byteCount) }
    do throws(KernelError) {
      try self.init(descriptor: descriptor, byteCount: byteCount)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Maps memory that the other process has reserved.
  ///
  /// - Throws: ``KernelError`` if the system refuses.
  init(descriptor: Int32, byteCount: Int) throws(KernelError) {
    self.descriptor = descriptor
    self.byteCount = byteCount
    unsafe base = try Self.map(descriptor, byteCount)
    do throws(KernelError) {
      unsafe mailboxBase = try Self.map(descriptor, Self.firstOffset)
    } catch {
      _ = unsafe munmap(base, byteCount)
      throw error
    }
    unsafe mailbox = OpaquePointer(mailboxBase)
  }

  deinit {
    _ = unsafe munmap(base, byteCount)
    _ = unsafe munmap(mailboxBase, Self.firstOffset)
    close(descriptor)
  }

  /// Makes the memory larger if it is smaller; what is in it stays, its address may change.
  ///
  /// - Throws: ``KernelError`` if the system refuses.
  func grow(to count: Int) throws(KernelError) {
    guard count > byteCount else { return }
    guard ftruncate(descriptor, count) == 0 else { throw Self.refusal(of: count) }
    try mapAll(count)
  }

  /// Maps the memory again after the other process has made it larger.
  ///
  /// - Throws: ``KernelError`` if the system refuses.
  func mapAll(_ count: Int) throws(KernelError) {
    guard count > byteCount else { return }
    let larger = unsafe try Self.map(descriptor, count)
    _ = unsafe munmap(base, byteCount)
    unsafe base = larger
    byteCount = count
  }

  /// The memory of operands.
  ///
  /// - Precondition: The region is in the memory.
  @unsafe
  func bytes(at offset: Int, count: Int) -> UnsafeMutableRawPointer {
    precondition(
      offset >= Self.firstOffset && count >= 0 && offset <= byteCount
        && byteCount - offset >= count,
      "operands exceed the shared memory")
    return unsafe base + offset
  }

  /// Writes as much of a text as there is room for, and its end.
  ///
  /// - Precondition: The target is one of the mailbox's texts.
  @unsafe
  func write(_ text: String, to target: UnsafeMutablePointer<CChar>) {
    var count = 0
    for byte in text.utf8.prefix(Int(CISOLATION_TEXT) - 1) {
      unsafe target[count] = CChar(bitPattern: byte)
      count += 1
    }
    unsafe target[count] = 0
  }

  private static func map(_ descriptor: Int32, _ count: Int) throws(KernelError)
    -> UnsafeMutableRawPointer
  {
    guard count >= firstOffset,
      let memory = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      unsafe memory != MAP_FAILED
    else { throw refusal(of: count) }
    return unsafe memory
  }

  static func refusal(of count: Int) -> KernelError {
    KernelError(.outOfMemory, "cannot share \(count >> 20) MiB with a kernel's process")
  }
}
