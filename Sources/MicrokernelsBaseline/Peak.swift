/// Multiplies and adds in registers alone, which is as fast as this processor computes.
///
/// Twelve sums hide the latency of the instruction; see ``multiplyAddsPerRound``.
///
/// - Parameter rounds: How often each sum is added to.
/// - Returns: Something that depends on all of it, so that the compiler leaves it in.
public func multiplyAddRounds(_ rounds: Int) -> Float {
  let factor = Lanes(repeating: 0.999)
  let addend = Lanes(repeating: 0.001)
  var sums = InlineArray<12, Lanes>(repeating: addend)
  for i in 0..<12 { sums[i] = Lanes(repeating: Float(i)) }
  for _ in 0..<rounds {
    for i in 0..<12 { sums[i] = multiplyAdd(addend, sums[i], factor) }
  }
  var total = Lanes()
  for i in 0..<12 { total += sums[i] }
  return total.sum()
}

/// Adds up elements in registers, which is as fast as they can be read.
///
/// - Parameters:
///   - count: The elements; a multiple of eight registers', others are left out.
///   - x: The elements.
/// - Returns: Something that depends on all of them.
public func readElements(_ count: Int, _ x: UnsafePointer<Float>) -> Float {
  var sums = InlineArray<8, Lanes>(repeating: Lanes())
  let width = Lanes.scalarCount
  var index = 0
  while index + 8 * width <= count {
    for i in 0..<8 { unsafe sums[i] += load(x + index + i * width) }
    index += 8 * width
  }
  var total = Lanes()
  for i in 0..<8 { total += sums[i] }
  return total.sum()
}
