import Kernels
import Testing

@Suite("The arena") struct ArenaTests {
  @Test("sees a write into a guard", arguments: 0..<Arena.guardCount)
  func guardDamage(element: Int) throws {
    let arena = try Arena(capacity: 64)
    arena.setGuard(at: 32)
    #expect(arena.isGuardIntact(at: 32))
    let memory = arena.scratch(at: 32, count: Arena.guardCount)
    memory[element] = 0
    #expect(!arena.isGuardIntact(at: 32))
  }

  @Test("refuses what the system does not have") func tooLarge() {
    #expect(throws: KernelError.self) { try Arena(capacity: Int.max / 2) }
    #expect(throws: KernelError.self) { try Arena(capacity: 1 << 52) }
  }
}
