import Glibc
import Kernels

/// Numbers at either end of the range of floats, in stretches of like size: some channels are ordinary and
/// some are not.
///
/// Small ones: weights, factors, shifts and biases are ordinary or subnormal, as decay leaves dead filters,
/// and inputs are ordinary or so small that products underflow. Large ones: the products of a sum come near
/// the largest number, so that some sums stay below it, some exceed it in between and some at the end.
struct ExtremeNumbers: TrialNumbers {
  private var generator: SeededGenerator
  private let isLarge: Bool

  /// The power of two of the inputs.
  private let inputExponent: Int

  /// The power of two of products whose sum has about the size of the largest number.
  private let fullExponent: Int

  init(generator: SeededGenerator, depth: Int, isLarge: Bool) {
    var generator = generator
    self.isLarge = isLarge
    fullExponent = 127 - (Int.bitWidth - max(1, depth).leadingZeroBitCount) / 2
    inputExponent =
      isLarge
      ? Int.random(in: 0...120, using: &generator)
      : [0, 0, Int.random(in: -140...(-20), using: &generator)][
        Int.random(in: 0...2, using: &generator)]
    self.generator = generator
  }

  mutating func inputs(_ count: Int) -> [Float] {
    generator.floats(count).map { scalbn($0, inputExponent) }
  }

  mutating func weights(_ count: Int) -> [Float] {
    isLarge
      ? runs(count) { [power = fullExponent - inputExponent] in
        power + Int.random(in: -6...3, using: &$0)
      }
      : runs(count, Self.small)
  }

  mutating func biases(_ count: Int) -> [Float] {
    isLarge ? runs(count) { Int.random(in: 100...127, using: &$0) } : runs(count, Self.small)
  }

  /// A large factor and a small one now and then; their products mostly stay within range.
  mutating func scales(_ count: Int) -> [Float] {
    isLarge ? runs(count) { Int.random(in: -4...2, using: &$0) } : runs(count, Self.small)
  }

  mutating func shifts(_ count: Int) -> [Float] {
    isLarge
      ? runs(count) { [inputExponent] in Int.random(in: 0...inputExponent, using: &$0) }
      : runs(count, Self.small)
  }

  /// Ordinary, or down to numbers of a single bit.
  private static func small(_ generator: inout SeededGenerator) -> Int {
    Bool.random(using: &generator) ? 0 : Int.random(in: -149...(-100), using: &generator)
  }

  /// Numbers between −1 and 1 times powers of two, which change now and then.
  private mutating func runs(
    _ count: Int, _ exponent: (inout SeededGenerator) -> Int
  ) -> [Float] {
    var result = generator.floats(count)
    var first = 0
    while first < count {
      let length = Int.random(in: 1...max(1, count / 3), using: &generator)
      let power = min(127, exponent(&generator))
      for i in first..<min(count, first + length) { result[i] = scalbn(result[i], power) }
      first += length
    }
    return result
  }
}
