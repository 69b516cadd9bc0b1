import Glibc
import Testing

@testable import Kernels

@Suite("OpenBLAS") struct OpenBLASTests {
  @Test("runs kernels as wide as the processor's registers, unless it is told not to")
  func strength() {
    guard OpenBLAS.absence == nil, OpenBLAS.forcedCore == nil else { return }
    #expect(!OpenBLAS.isCoreWeak, "\(OpenBLAS.core) on \(BLASLevel.current)")
    #expect(getenv("OPENBLAS_CORETYPE") == nil)
    if OpenBLAS.isCoreChosen { #expect(BLASLevel.current.cores.contains(OpenBLAS.core)) }
  }

  @Test(
    "cores are weak on processors with wider registers",
    arguments: [
      ("Prescott", BLASLevel.sse, false), ("Prescott", .avx, true), ("Prescott", .avx512, true),
      ("Sandybridge", .avx2, true), ("Haswell", .avx2, false), ("Zen", .avx2, false),
      ("Haswell", .avx512, true), ("SkylakeX", .avx512, false), ("Cooperlake", .avx512, false),
      ("SapphireRapids", .avx2, false), ("Armv8", .sse, false), ("of the future", .avx512, false),
    ])
  func weakness(core: String, level: BLASLevel, isWeak: Bool) {
    #expect(OpenBLAS.isWeak(core, on: level) == isWeak)
  }

  @Test(
    "no processor is given a core that needs more than it has",
    arguments: [BLASLevel.sse, .avx, .avx2, .avx512])
  func candidates(level: BLASLevel) throws {
    for core in level.cores { #expect(try #require(BLASLevel(ofCore: core)) <= level) }
    #expect(level == .sse || level.cores.first.flatMap(BLASLevel.init(ofCore:)) == level)
  }
}
