import Kernels
import Testing

@testable import Net

@Suite struct RandomStreamTests {
  /// The known answers for philox4x32-10 in the Random123 library's `kat_vectors`.
  @Test(arguments: [
    ([0, 0, 0], [0xE169_C58D_6627_E8D5, 0x9B00_DBD8_BC57_AC4C]),
    (
      [UInt64.max, UInt64.max, UInt64.max],
      [0x41C8_3B0E_408F_276D, 0x6D54_51FD_A20B_C7C6] as [UInt64]
    ),
    (
      [0x85A3_08D3_243F_6A88, 0x0370_7344_1319_8A2E, 0x299F_31D0_A409_3822],
      [0x94FD_CCEB_D16C_FE09, 0x2412_6EA1_5001_E420]
    ),
  ])
  func `Philox gives the published answers`(input: [UInt64], output: [UInt64]) {
    let bits = Philox(key: input[2]).bits(low: input[0], high: input[1])
    #expect([bits.first, bits.second] == output)
  }

  /// Test vectors of the FNV authors.
  @Test(
    arguments: [
      ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8),
    ] as [(String, UInt64)])
  func `Names are hashed as published`(name: String, hash: UInt64) {
    #expect(RandomStream.hash(name) == hash)
  }

  /// Computed from the definition by a script in another language.
  @Test func `Streams give what their definition says`() throws {
    let team = try WorkerTeam(count: 1)
    #expect(
      RandomStream(seed: 1, name: "conv0_weight").deviates(7, team: team)
        == [-35311, -71144, 43611, -15405, 14479, -11795, 2216])
    #expect(
      RandomStream(seed: 0x1234_5678_9ABC_DEF0, name: "fc1_weight").deviates(4, team: team)
        == [-60988, 4561, -21569, 12028])
    #expect(
      RandomStream(seed: 1, name: "bn0_gamma").uniform(4).map { $0 * 2_147_483_648 }
        == [-690_869_177, -1_366_396_134, 1_136_024_619, -804_911_535])
  }

  @Test(arguments: [1, 2, 3]) func `Threads do not change a stream`(threads: Int) throws {
    let stream = RandomStream(seed: 7, name: "a")
    let long = stream.deviates(50_001, team: try WorkerTeam(count: threads))
    #expect(long == stream.deviates(50_001, team: try WorkerTeam(count: 1)))
    #expect(stream.deviates(99, team: try WorkerTeam(count: 1)) == Array(long.prefix(99)))
  }

  /// The bounds are four standard errors of a normal sample of this size.
  @Test func `Deviates are nearly normal`() throws {
    let team = try WorkerTeam(count: 2)
    let count = 200_000
    let values = RandomStream(seed: 3, name: "b").deviates(count, team: team)
      .map { Double($0) / RandomStream.deviation }
    let n = Double(count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    let inside = Double(values.count { $0.magnitude < 1 }) / n
    let correlation = zip(values, values.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / n
    #expect(mean.magnitude < 4 / n.squareRoot())
    #expect((variance - 1).magnitude < 4 * (2 / n).squareRoot())
    #expect(correlation.magnitude < 4 / n.squareRoot())
    // By the Irwin-Hall distribution, a sum of four has 0.6693 of its weight within one deviation.
    #expect((inside - 0.6693).magnitude < 4 * (0.6693 * 0.3307 / n).squareRoot())
  }
}
