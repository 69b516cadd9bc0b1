import Kernels

/// The random numbers that belong to a seed and a name.
///
/// The seed is ``Philox``'s key and the FNV-1a hash of the name is the upper half of its counter, so
/// the values of one parameter depend neither on the others nor on their order. Deviates are sums of
/// integers, so no function of the C library affects their bits.
struct RandomStream: Sendable {
  private let philox: Philox
  private let high: UInt64

  init(seed: UInt64, name: String) {
    philox = Philox(key: seed)
    high = Self.hash(name)
  }

  /// FNV-1a with 64 bits (Fowler, Noll & Vo).
  static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// The first `count` numbers of the stream, spread evenly over −1 ..< 1 in multiples of 2⁻³¹.
  func uniform(_ count: Int) -> [Double] {
    (0..<count).map { index in
      let bits = philox.bits(low: UInt64(index), high: high).first
      return Double(Int32(truncatingIfNeeded: bits)) / 2_147_483_648
    }
  }

  /// The standard deviation of ``deviates(_:team:)``: that of a number spread evenly
  /// over 2¹⁶ integers is √((2³² − 1) / 12), and four of them are added.
  static let deviation = (4_294_967_295 / 3.0).squareRoot()

  /// The first `count` nearly normal deviates of the stream: whole numbers of at most 131,070 around
  /// zero, exact in single precision.
  ///
  /// Each is the sum of four numbers of 16 bits, less its mean. Its tails end at 3.46 standard
  /// deviations, beyond which a normal deviate has 0.05 % of its weight. Cost: about 5 ns each and
  /// thread.
  func deviates(_ count: Int, team: WorkerTeam) -> [Float] {
    let pairsPerTask = 8192
    let pairs = (count + 1) / 2
    return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      if let target = buffer.baseAddress {
        team.run(taskCount: (pairs + pairsPerTask - 1) / pairsPerTask) { _, task in
          for pair in (task * pairsPerTask)..<min(pairs, (task + 1) * pairsPerTask) {
            let bits = philox.bits(low: UInt64(pair), high: high)
            unsafe target[2 * pair] = Self.deviate(bits.first)
            if 2 * pair + 1 < count { unsafe target[2 * pair + 1] = Self.deviate(bits.second) }
          }
        }
      }
      filled = count
    }
  }

  private static func deviate(_ bits: UInt64) -> Float {
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    return Float(Int(sum) - 2 * 0xFFFF)
  }
}
