import CIsolation
import Glibc
import Kernels

/// Memory for one operand, between pages that nothing may touch.
///
/// A fault in it or in those pages is told by the operand's name.
@safe
final class GuardedMemory {
  /// What a kernel is given, as it is called in failures.
  enum Operand: Int32, CaseIterable {
    case input
    case output
    case weights
    case bias
    case prologue
    case workspace
    case scratch

    var name: String {
      switch self {
      case .input: "input"
      case .output: "output"
      case .weights: "weights"
      case .bias: "bias"
      case .prologue: "prologue's factors"
      case .workspace: "workspace"
      case .scratch: "scratch memory"
      }
    }
  }

  /// The first byte of the operand.
  @unsafe let start: UnsafeMutableRawPointer
  let byteCount: Int

  private let number: Int32
  private let region: UnsafeMutableRawPointer
  private let regionByteCount: Int
  private static let page = 4096

  /// Reserves memory that holds zeros.
  ///
  /// - Parameters:
  ///   - byteCount: The bytes.
  ///   - operand: What they are for.
  ///   - index: Which of several with that purpose: the thread, for scratch memory.
  ///   - placement: Next to which of the two protected pages they lie.
  ///   - alignment: What their address is a multiple of; bytes between their end and the page are then not
  ///     protected.
  /// - Throws: ``KernelError`` if the system refuses.
  init(
    _ byteCount: Int, for operand: Operand, index: Int = 0, _ placement: OperandPlacement,
    alignment: Int = 4
  ) throws(KernelError) {
    let data = max(1, (byteCount + Self.page - 1) / Self.page) * Self.page
    regionByteCount = data + 2 * Self.page
    guard
      let memory = unsafe mmap(
        nil, regionByteCount, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      unsafe memory != MAP_FAILED
    else { throw KernelError(.outOfMemory, "cannot reserve \(byteCount >> 20) MiB between guards") }
    unsafe region = memory
    guard unsafe mprotect(region + Self.page, data, PROT_READ | PROT_WRITE) == 0 else {
      _ = unsafe munmap(region, regionByteCount)
      throw KernelError(.outOfMemory, "cannot allocate \(byteCount >> 20) MiB between guards")
    }
    let offset =
      switch placement {
      case .atStart: 0
      case .atEnd: (data - byteCount) / alignment * alignment
      }
    unsafe start = region + Self.page + offset
    self.byteCount = byteCount
    number = operand.rawValue + Int32(index)
    unsafe cisolation_watch(
      number, UInt64(UInt(bitPattern: region)), UInt64(UInt(bitPattern: region + regionByteCount)),
      UInt64(UInt(bitPattern: start)), UInt64(UInt(bitPattern: start + byteCount)))
  }

  deinit {
    cisolation_forget(number)
    _ = unsafe munmap(region, regionByteCount)
  }

  /// Lets nothing write to the operand from now on.
  func makeReadOnly() {
    _ = unsafe mprotect(region + Self.page, regionByteCount - 2 * Self.page, PROT_READ)
  }

  /// The operand's elements.
  @unsafe
  var floats: UnsafeMutableBufferPointer<Float> {
    unsafe UnsafeMutableBufferPointer(
      start: start.assumingMemoryBound(to: Float.self),
      count: byteCount / MemoryLayout<Float>.stride)
  }

  /// What an access was, if it was one to an operand: such as `it read right after the end of its input`.
  static func description(of fault: cisolation_fault) -> String? {
    guard fault.operand >= 0 else { return nil }
    let operand =
      Operand(rawValue: min(fault.operand, Operand.scratch.rawValue)) ?? .scratch
    let verb = fault.is_write ? "wrote" : "read"
    if fault.address >= fault.end {
      let distance = fault.address - fault.end
      let place = distance == 0 ? "right" : "\(distance) bytes"
      return "it \(verb) \(place) after the end of its \(operand.name)"
    }
    if fault.address < fault.first {
      return "it \(verb) \(fault.first - fault.address) bytes before its \(operand.name)"
    }
    return "it \(verb) \(fault.is_write ? "to" : "from") its \(operand.name)"
  }
}
