/// Philox4x32-10: 128 random bits for each value of a counter (Salmon et al., "Parallel Random
/// Numbers: As Easy as 1, 2, 3", SC 2011).
///
/// There is no state, so element n of a stream is computed without the n − 1 before it, by any
/// thread, in any order.
struct Philox: Sendable {
  /// Which of 2⁶⁴ generators this is.
  let key: UInt64

  /// The random bits that belong to a counter; in the paper's terms, `low` is the first two of the
  /// counter's four words and `high` the last two.
  @inline(__always)
  func bits(low: UInt64, high: UInt64) -> (first: UInt64, second: UInt64) {
    var (x0, x1) = (UInt32(truncatingIfNeeded: low), UInt32(truncatingIfNeeded: low >> 32))
    var (x2, x3) = (UInt32(truncatingIfNeeded: high), UInt32(truncatingIfNeeded: high >> 32))
    var (k0, k1) = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
    for _ in 0..<10 {
      let p0 = UInt64(0xD251_1F53) &* UInt64(x0)
      let p1 = UInt64(0xCD9E_8D57) &* UInt64(x2)
      x0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ x1 ^ k0
      x1 = UInt32(truncatingIfNeeded: p1)
      x2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ x3 ^ k1
      x3 = UInt32(truncatingIfNeeded: p0)
      // The golden ratio and √3 − 1, of which only the irregular bits matter.
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (UInt64(x1) << 32 | UInt64(x0), UInt64(x3) << 32 | UInt64(x2))
  }
}
