import Kernels
import Testing

@testable import Bench

@Suite("Roofs") struct RoofTests {
  private static var roofs: MachineRoofs {
    var roofs = MachineRoofs(identity: "test")
    roofs.arithmetic = [.init(instructionSet: "avx2", threads: 2, gflops: 100)]
    roofs.bandwidth = [
      .init(level: "L1", byteCount: 1000, threads: 1, gigabytes: 90),
      .init(level: "L1", byteCount: 1000, threads: 2, gigabytes: 160),
      .init(level: "L2", byteCount: 10_000, threads: 2, gigabytes: 50),
      .init(level: "memory", byteCount: 100_000, threads: 2, gigabytes: 10),
    ]
    return roofs
  }

  @Test(
    "are those of the level that holds the data",
    arguments: [
      (2000, "L1"), (2001, "L2"), (20_000, "L2"), (20_001, "memory"), (1 << 40, "memory"),
    ])
  func level(byteCount: Int, name: String) throws {
    #expect(try #require(Self.roofs.bandwidth(of: byteCount, threads: 2)).level == name)
  }

  /// 1,000 operations at 100 a nanosecond; 1,600 bytes at 160, or in L2 at 50; weights at 10.
  @Test(
    "give the floor of a step",
    arguments: [
      (
        StepWork(operations: 1000, activationByteCount: 1500, weightByteCount: 50), 10.0,
        "arithmetic"
      ),
      (StepWork(operations: 1000, activationByteCount: 2000), 12.5, "L1"),
      (StepWork(operations: 1000, activationByteCount: 5000), 100, "L2"),
      (StepWork(operations: 1000, activationByteCount: 500, weightByteCount: 500), 50, "memory"),
    ])
  func floor(work: StepWork, nanoseconds: Double, bound: String) throws {
    let floor = try #require(
      work.floor(Self.roofs, .avx2, threads: 2, allByteCount: 50_000))
    #expect(abs(floor.nanoseconds - nanoseconds) < 1e-9)
    #expect(floor.boundBy == bound)
    #expect(work.floor(Self.roofs, .avx512, threads: 2, allByteCount: 50_000) == nil)
    #expect(work.floor(Self.roofs, .avx2, threads: 3, allByteCount: 50_000) == nil)
  }

  @Test("have a level for each cache that holds data") func levels() {
    let caches = [
      ProcessorDescription.Cache(type: "Data", level: 1, size: 32 << 10, sharingCount: 2),
      ProcessorDescription.Cache(type: "Instruction", level: 1, size: 32 << 10, sharingCount: 2),
      ProcessorDescription.Cache(type: "Unified", level: 2, size: 1 << 20, sharingCount: 1),
      ProcessorDescription.Cache(type: "Unified", level: 3, size: 32 << 20, sharingCount: 8),
    ]
    let levels = MachineRoofs.levels(caches)
    #expect(levels.map(\.level) == ["L1", "L2", "L3", "memory"])
    #expect(levels.map(\.size) == [16 << 10, 1 << 20, 4 << 20, 16 << 20])
    #expect(MachineRoofs.levels([]).map(\.level) == ["memory"])
  }

  /// Every processor that runs this adds and reads more than that, and none as much as this.
  @Test("of this machine are possible") func measured() throws {
    let machine = try MachineDescription.current()
    let roofs = try MachineRoofs.measure(machine)
    #expect(!roofs.arithmetic.isEmpty && !roofs.bandwidth.isEmpty)
    #expect(roofs.arithmetic.allSatisfy { $0.gflops > 0.1 && $0.gflops < 1e6 })
    #expect(roofs.bandwidth.allSatisfy { $0.gigabytes > 0.05 && $0.gigabytes < 1e5 })
  }
}
