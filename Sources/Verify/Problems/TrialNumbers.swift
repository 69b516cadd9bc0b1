package import Kernels

/// Where the numbers of a trial come from.
protocol TrialNumbers {
  mutating func inputs(_ count: Int) -> [Float]
  mutating func weights(_ count: Int) -> [Float]
  mutating func biases(_ count: Int) -> [Float]

  /// The factors of a batch norm, and its shifts.
  mutating func scales(_ count: Int) -> [Float]
  mutating func shifts(_ count: Int) -> [Float]
}

/// Numbers between −1 and 1; factors between 0.5 and 1.5.
struct UniformNumbers: TrialNumbers {
  var generator: SeededGenerator

  mutating func inputs(_ count: Int) -> [Float] { generator.floats(count) }
  mutating func weights(_ count: Int) -> [Float] { generator.floats(count) }
  mutating func biases(_ count: Int) -> [Float] { generator.floats(count) }
  mutating func scales(_ count: Int) -> [Float] { generator.floats(count).map { 1 + $0 / 2 } }
  mutating func shifts(_ count: Int) -> [Float] { generator.floats(count) }
}

/// Weights and biases between −1 and 1, and the first of the inputs that are ``Impulses``.
struct ImpulseNumbers: TrialNumbers {
  var generator: SeededGenerator
  let impulses: Impulses

  mutating func inputs(_ count: Int) -> [Float] { impulses.input(.last, 0, using: &generator) }
  mutating func weights(_ count: Int) -> [Float] { generator.floats(count) }
  mutating func biases(_ count: Int) -> [Float] { generator.floats(count) }

  // No batch norm stands in front.
  mutating func scales(_ count: Int) -> [Float] { [Float](repeating: 1, count: count) }
  mutating func shifts(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }
}

/// Integers of an ``ExactRange``.
struct IntegerNumbers: TrialNumbers {
  var generator: SeededGenerator
  let range: ExactRange

  private mutating func integers(_ count: Int, to limit: Int) -> [Float] {
    (0..<count).map { _ in Float(Int.random(in: -limit...limit, using: &generator)) }
  }

  mutating func inputs(_ count: Int) -> [Float] { integers(count, to: range.input) }

  mutating func weights(_ count: Int) -> [Float] {
    integers(count, to: range.weight)
  }

  mutating func biases(_ count: Int) -> [Float] {
    integers(count, to: range.weight)
  }

  mutating func scales(_ count: Int) -> [Float] {
    (0..<count).map { _ in Bool.random(using: &generator) ? 1 : 2 }
  }

  mutating func shifts(_ count: Int) -> [Float] { integers(count, to: ExactRange.largestShift) }
}

/// The integers of which a convolution's sums are exact in 32-bit floats, in any order.
///
/// A float holds every integer up to 2²⁴, and a sum is exact if its terms and partial sums are such.
/// With |x| ≤ a and |w| ≤ b, K products and a bias stay within (K + 1)·a·b.
///
/// F(2×2) multiplies weights by ½ twice and so works on quarters, which floats hold as well as integers.
/// In quarters, `G g Gᵀ` is at most (3/2)²·4b = 9b, `Bᵀ d B` at most 2²·a, and `Aᵀ m A` sums nine
/// products of each of C channels: 9·36·C·a·b in all. (The numbers are the largest row sums of |G|, |Bᵀ|
/// and |Aᵀ|.)
///
/// F(4×4) has no such integers: G divides by 81, so the weights would have to be multiples of 81², Bᵀ has
/// entries of 1/64, and products of what remains need more than 24 bits.
package struct ExactRange: Hashable, Sendable {
  /// Inputs are integers of this size at most.
  public let input: Int

  /// Weights are integers of this size at most.
  public let weight: Int

  /// A batch norm in front multiplies by 1 or 2 and adds an integer of this size at most.
  static let largestShift = 2

  /// Inputs need few distinct values; the remaining bits go to the weights, which kernels are most
  /// tempted to shorten.
  private static let largestInput = 3
  private static let largestWeight = 1 << 17

  /// The ranges for a problem; nil if not even ones and zeros are sure to stay exact.
  public init?(_ problem: ConvolutionProblem, prologue: Bool) {
    let limit = 1 << 24
    let mayBeMinimal = WinogradBackend().refusal(of: problem) == nil
    let products =
      mayBeMinimal
      ? limit / (324 * problem.input.channels) - 1 : limit / (problem.depth + 1)
    // The convolution's input after a batch norm: 2a + 2 at most.
    let factor = prologue ? 2 : 1
    let shift = prologue ? Self.largestShift : 0
    let least = factor + shift
    guard products >= least else { return nil }
    input = max(1, min(Self.largestInput, (products - shift) / factor))
    weight = min(Self.largestWeight, products / (factor * input + shift))
  }
}
