import TestSupport
import Testing

@testable import Kernels

/// The loops that sum products, on small integers, whose sums are exact in any order.
@Suite("Microkernels that multiply") struct MultiplyTests {
  struct Form: CustomStringConvertible, Sendable {
    var accumulates: Bool
    var relu: Bool
    var description: String { "accumulates \(accumulates) relu \(relu)" }

    static let all = [false, true].flatMap { accumulates in
      [false, true].map { Form(accumulates: accumulates, relu: $0) }
    }

    /// What a sum begins with, and what becomes of it.
    func finish(_ sum: Float, old: Float, bias: Float) -> Float {
      let value = sum + (accumulates ? old : bias)
      return relu ? max(0, value) : value
    }
  }

  static let terms = 1...5

  /// Offsets that come back, overlap and lie at odd places.
  static let offsets = [7, 0, 7, 35, 3]

  @Test("sum for two vectors", arguments: InstructionSet.supported, 1...30)
  func multiply(instructionSet: InstructionSet, pixels: Int) throws {
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    var generator = SeededGenerator(seed: UInt64(pixels))
    let x = generator.integers(40 + pixels * lanes)
    let bias = generator.integers(2 * lanes)
    for terms in Self.terms {
      let w = generator.integers(terms * lanes * 2 * lanes)
      func sum(_ vector: Int, _ pixel: Int, _ lane: Int) -> Float {
        var sum: Float = 0
        for t in 0..<terms {
          for k in 0..<lanes {
            sum +=
              x[Self.offsets[t] + pixel * lanes + k]
              * w[((t * lanes + k) * 2 + vector) * lanes + lane]
          }
        }
        return sum
      }
      // The second vector right behind the first, further away, or nowhere.
      for vectorStride in [pixels * lanes, pixels * lanes + 3, 0] {
        let before = generator.integers(2 * pixels * lanes + 8)
        for form in Form.all {
          var expected = before
          for vector in 0..<(vectorStride == 0 ? 1 : 2) {
            for pixel in 0..<pixels {
              for lane in 0..<lanes {
                let place = vector * vectorStride + pixel * lanes + lane
                expected[place] = form.finish(
                  sum(vector, pixel, lane), old: before[place], bias: bias[vector * lanes + lane])
              }
            }
          }
          var y = before
          microkernels.multiply(
            pixels, terms, x, Self.offsets, w, w, form.accumulates, bias, form.relu, &y,
            vectorStride)
          try #require(y == expected, "\(terms) terms, stride \(vectorStride), \(form)")
        }
      }
    }
  }

  @Test("give a pixel the same bits in any run", arguments: InstructionSet.supported, 1...30)
  func bits(instructionSet: InstructionSet, pixels: Int) {
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    var generator = SeededGenerator(seed: UInt64(pixels))
    let x = generator.floats(40 + pixels * lanes)
    let bias = generator.floats(2 * lanes)
    let w = generator.floats(5 * lanes * 2 * lanes)
    let size = pixels * lanes
    var together = [Float](repeating: 0, count: 2 * size)
    var lane = [Float](repeating: 0, count: size)
    microkernels.multiply(
      pixels, 5, x, Self.offsets, w, w, false, bias, false, &together, size)
    microkernels.multiplyLanes(pixels, 5, x, Self.offsets, w, false, bias, false, &lane)
    for pixel in 0..<pixels {
      let offsets = Self.offsets.map { $0 + pixel * lanes }
      let place = pixel * lanes
      var alone = [Float](repeating: 0, count: 2 * lanes)
      microkernels.multiply(1, 5, x, offsets, w, w, false, bias, false, &alone, lanes)
      #expect(Array(together[place..<(place + lanes)]) == Array(alone[..<lanes]))
      #expect(Array(together[(size + place)..<(size + place + lanes)]) == Array(alone[lanes...]))
      microkernels.multiplyLanes(1, 5, x, offsets, w, false, bias, false, &alone)
      #expect(Array(lane[place..<(place + lanes)]) == Array(alone[..<lanes]))
    }
  }

  @Test("sum lane by lane", arguments: InstructionSet.supported, 1...30)
  func multiplyLanes(instructionSet: InstructionSet, pixels: Int) throws {
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    var generator = SeededGenerator(seed: UInt64(pixels))
    let x = generator.integers(40 + pixels * lanes)
    let bias = generator.integers(lanes)
    for terms in Self.terms {
      let w = generator.integers(terms * lanes)
      let before = generator.integers(pixels * lanes + 8)
      for form in Form.all {
        var expected = before
        for place in 0..<(pixels * lanes) {
          let lane = place % lanes
          let sum = (0..<terms).reduce(Float(0)) {
            $0 + x[Self.offsets[$1] + place] * w[$1 * lanes + lane]
          }
          expected[place] = form.finish(sum, old: before[place], bias: bias[lane])
        }
        var y = before
        microkernels.multiplyLanes(
          pixels, terms, x, Self.offsets, w, form.accumulates, bias, form.relu, &y)
        try #require(y == expected, "\(terms) terms, \(form)")
      }
    }
  }

  @Test("keep NaN through ReLU", arguments: InstructionSet.supported, [1, 5, 9, 14, 30])
  func keepsNaN(instructionSet: InstructionSet, pixels: Int) {
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    let bias = [Float](repeating: -1, count: 2 * lanes)
    let w = [Float](repeating: 1, count: lanes * 2 * lanes)
    for pixel in 0..<pixels {
      var x = [Float](repeating: 1, count: pixels * lanes)
      x[pixel * lanes + 1] = .nan
      var y = [Float](repeating: 0, count: 2 * pixels * lanes)
      microkernels.multiply(pixels, 1, x, [0], w, w, false, bias, true, &y, pixels * lanes)
      #expect(y.indices.allSatisfy { y[$0].isNaN == ($0 / lanes % pixels == pixel) })
      microkernels.multiplyLanes(pixels, 1, x, [0], w, false, bias, true, &y)
      #expect((0..<(pixels * lanes)).filter { y[$0].isNaN } == [pixel * lanes + 1])
    }
  }
}

extension SeededGenerator {
  /// `count` whole numbers from −4 to 4.
  mutating func integers(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(Int.random(in: -4...4, using: &self)) }
  }
}
