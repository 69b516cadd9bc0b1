/// How fast one core copies what is in its first cache.
enum CopyBandwidth {
  /// Half of the smallest first cache of today's processors, for the source and the copy together.
  private static let byteCount = 8 << 10

  /// The bytes that are read and written in a nanosecond: the most of 20 attempts of some tenths of a
  /// millisecond.
  static func measure() -> Double {
    let clock = TimeSource.system
    let source = [UInt8](repeating: 1, count: byteCount)
    var copy = [UInt8](repeating: 0, count: byteCount)
    let count = 1000
    return (0..<20).map { attempt in
      let start = clock.now()
      for round in 0..<count {
        // Another place each time, so that no copy can be left out.
        let shift = (attempt + round) & 63
        unsafe source.withUnsafeBytes { from in
          unsafe copy.withUnsafeMutableBytes { to in
            unsafe to.baseAddress.map {
              unsafe ($0 + shift).copyMemory(
                from: from.baseAddress ?? UnsafeRawPointer($0), byteCount: byteCount - 64)
            } ?? ()
          }
        }
      }
      return Double(2 * (byteCount - 64) * count) / Double(max(1, clock.now() - start))
    }.max() ?? .infinity
  }
}
