import Kernels
import Testing

@Suite("The arena") struct ArenaTests {
  @Test("sees a write into a guard", arguments: 0..<Arena.guardByteCount)
  func guardDamage(byte: Int) throws {
    let arena = try Arena(byteCount: 256)
    arena.setGuard(at: 128)
    #expect(arena.isGuardIntact(at: 128))
    let memory = arena.bytes(in: 128..<(128 + Arena.guardByteCount))
    memory.storeBytes(of: 0, toByteOffset: byte, as: UInt8.self)
    #expect(!arena.isGuardIntact(at: 128))
  }

  @Test("refuses what the system does not have") func tooLarge() {
    #expect(throws: KernelError.self) { try Arena(byteCount: Int.max / 2) }
    #expect(throws: KernelError.self) { try Arena(byteCount: 1 << 54) }
  }
}
