import Kernels

/// The random numbers that belong to a seed and a name.
///
/// The seed is ``Philox``'s key and the FNV-1a hash of the name the upper half of its counter, so
/// what one parameter gets depends neither on the others nor on their order. Only integers are
/// added and one product is rounded: the bits are the same on every machine.
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

  /// Numbers spread evenly over −1 ..< 1, in steps of 2⁻³¹.
  ///
  /// - Parameter range: Which elements of the stream.
  /// - Returns: As many numbers as `range` has elements.
  func uniform(_ range: Range<Int>) -> [Double] {
    range.map { index in
      let (word, half) = index.quotientAndRemainder(dividingBy: 2)
      let bits = philox.bits(low: UInt64(word), high: high).first >> (UInt64(half) * 32)
      return Double(Int32(truncatingIfNeeded: bits)) / 2_147_483_648
    }
  }

  /// Nearly normal deviates, times `scale`.
  ///
  /// Each is the sum of four numbers of 16 bits, less their mean, which has the standard deviation
  /// √((2³² − 1) / 3). Its tails end at 3.46 standard deviations, where a normal deviate has 0.05 %
  /// of its weight. Two come from one call of ``Philox``: about 10 ns.
  ///
  /// - Returns: The first `count` deviates of the stream.
  func normal(count: Int, scale: Double, team: WorkerTeam) -> [Float] {
    let factor = scale / ((4_294_967_296 - 1) / 3.0).squareRoot()
    let pairsPerTask = 8192
    let pairs = (count + 1) / 2
    return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      if let target = buffer.baseAddress {
        team.run(taskCount: (pairs + pairsPerTask - 1) / pairsPerTask) { _, task in
          for pair in (task * pairsPerTask)..<min(pairs, (task + 1) * pairsPerTask) {
            let bits = philox.bits(low: UInt64(pair), high: high)
            unsafe target[2 * pair] = Float(Self.centredSum(bits.first) * factor)
            if 2 * pair + 1 < count {
              unsafe target[2 * pair + 1] = Float(Self.centredSum(bits.second) * factor)
            }
          }
        }
      }
      filled = count
    }
  }

  @inline(__always)
  private static func centredSum(_ bits: UInt64) -> Double {
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    return Double(Int(sum) - 2 * 0xFFFF)
  }
}
