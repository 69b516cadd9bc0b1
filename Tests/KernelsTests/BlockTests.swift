import TestSupport
import Testing

@testable import Kernels

/// The loops on blocked maps, on small integers, which they must neither change nor round otherwise than
/// the formula says.
@Suite("Microkernels on blocks") struct BlockTests {
  /// Numbers of rows or blocks, and of pixels.
  static let sizes = [0, 1, 3].flatMap { rows in [0, 1, 2, 7].map { (rows, $0) } }

  static func isSame(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
  }

  @Test("pad rows", arguments: InstructionSet.supported, sizes)
  func padBlock(instructionSet: InstructionSet, size: (Int, Int)) {
    let (rows, pixels) = size
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    var generator = SeededGenerator(seed: 3)
    for (before, after) in [(0, 0), (1, 0), (0, 2), (3, 1)] {
      let xStride = (pixels + 1) * lanes + 1
      let yStride = (before + pixels + after) * lanes + 2
      let x = generator.floats(rows * xStride + lanes)
      var expected = generator.floats(rows * yStride + 5)
      var y = expected
      for row in 0..<rows {
        for i in 0..<(yStride - 2) {
          let place = i - before * lanes
          expected[row * yStride + i] =
            place >= 0 && place < pixels * lanes ? x[row * xStride + place] : 0
        }
      }
      microkernels.padBlock(rows, before, pixels, after, x, xStride, &y, yStride)
      #expect(y == expected, "\(before) before, \(after) after")
    }
  }

  @Test("gather some lanes", arguments: InstructionSet.supported, [0, 1, 2, 9])
  func gatherBlock(instructionSet: InstructionSet, count: Int) {
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    var generator = SeededGenerator(seed: 3)
    for stride in [1, 3, lanes, 2 * lanes] {
      for kept in 0...lanes {
        var x = generator.floats(count * stride + lanes)
        // What is not kept may be NaN.
        if kept < lanes { x[x.count - 1] = .nan }
        var expected = generator.floats(count * lanes + 4)
        var y = expected
        for i in 0..<count {
          for lane in 0..<lanes {
            expected[i * lanes + lane] = lane < kept ? x[i * stride + lane] : 0
          }
        }
        microkernels.gatherBlock(count, x, stride, kept, &y)
        #expect(Self.isSame(y, expected), "stride \(stride), \(kept) lanes")
      }
    }
  }

  @Test("scale and shift", arguments: InstructionSet.supported, sizes)
  func scaleShiftBlocks(instructionSet: InstructionSet, size: (Int, Int)) {
    let (blocks, pixels) = size
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    var generator = SeededGenerator(seed: 3)
    let xStride = pixels * lanes + 3
    let yStride = pixels * lanes + 1
    var x = generator.integers(blocks * xStride + lanes)
    if blocks > 0, pixels > 0 { x[1] = .nan }
    let scale = generator.integers(blocks * lanes)
    let shift = generator.integers(blocks * lanes)
    for relu in [false, true] {
      var expected = generator.integers(blocks * yStride + 5)
      var y = expected
      for block in 0..<blocks {
        for i in 0..<(pixels * lanes) {
          let factor = block * lanes + i % lanes
          let value = scale[factor] * x[block * xStride + i] + shift[factor]
          expected[block * yStride + i] = relu && value < 0 ? 0 : value
        }
      }
      microkernels.scaleShiftBlocks(
        blocks, pixels, x, xStride, scale, shift, relu, &y, yStride)
      #expect(Self.isSame(y, expected), "relu \(relu)")
    }
  }

  @Test(
    "average", arguments: InstructionSet.supported,
    [(0, 2, 2), (1, 1, 1), (1, 1, 4), (2, 3, 2), (5, 2, 2)])
  func averageBlock(instructionSet: InstructionSet, form: (Int, Int, Int)) {
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    let (windows, height, width) = form
    var generator = SeededGenerator(seed: 3)
    // One pixel that fills no window.
    let rowStride = (windows * width + 1) * lanes
    var x = generator.integers(height * rowStride)
    if windows > 1 { x[rowStride * (height - 1) + width * lanes + 2] = .nan }
    let scale = generator.integers(lanes)
    let shift = generator.integers(lanes)
    for relu in [false, true] {
      var expected = generator.integers(windows * lanes + 4)
      var y = expected
      for window in 0..<windows {
        for lane in 0..<lanes {
          var sum: Float = 0
          for row in 0..<height {
            for column in 0..<width {
              let element = x[row * rowStride + (window * width + column) * lanes + lane]
              let value = scale[lane] * element + shift[lane]
              sum += relu && value < 0 ? 0 : value
            }
          }
          expected[window * lanes + lane] = sum * (1 / Float(height * width))
        }
      }
      microkernels.averageBlock(
        windows, height, width, x, rowStride, scale, shift, relu, &y)
      #expect(Self.isSame(y, expected), "relu \(relu)")
    }
  }

  @Test("pool", arguments: InstructionSet.supported, 1...9)
  func poolBlock(instructionSet: InstructionSet, taps: Int) {
    for windows in [0, 1, 2, 5] { poolBlock(instructionSet, windows: windows, taps: taps) }
  }

  private func poolBlock(_ instructionSet: InstructionSet, windows: Int, taps: Int) {
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    var generator = SeededGenerator(seed: UInt64(taps))
    let stride = 2 * lanes
    let places = [0, 1, 2, 5, 6, 7, 10, 11, 12]
    let offsets = places.prefix(taps).map { $0 * lanes }
    var x = generator.integers(windows * stride + 13 * lanes)
    for divisor in [Float(0), Float(taps), 9] {
      for poisoned in [nil, 0, taps - 1] {
        // NaN wins, whether it comes first or last.
        if let poisoned { x[offsets[poisoned] + 1] = .nan }
        var expected = generator.integers(windows * lanes + 4)
        var y = expected
        for window in 0..<windows {
          for lane in 0..<lanes {
            let values = offsets.map { x[window * stride + $0 + lane] }
            let largest = values.contains(where: \.isNaN) ? Float.nan : values.max() ?? 0
            expected[window * lanes + lane] =
              divisor == 0 ? largest : values.reduce(0, +) / divisor
          }
        }
        microkernels.poolBlock(windows, stride, taps, x, offsets, divisor, &y)
        #expect(Self.isSame(y, expected), "divisor \(divisor), NaN \(poisoned ?? -1)")
        if let poisoned { x[offsets[poisoned] + 1] = 1 }
      }
    }
  }

  @Test(
    "transform input tiles", arguments: InstructionSet.supported, [WinogradTransform.f2, .f4])
  func winogradInput(instructionSet: InstructionSet, transform: WinogradTransform) {
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    let (m, patch) = (transform.tile, transform.patch)
    var generator = SeededGenerator(seed: 3)
    for tiles in 0...4 {
      let rowStride = ((tiles * m) + 3) * lanes
      let yStride = tiles * lanes + 3
      let x = generator.integers(patch * rowStride)
      var expected = generator.integers(patch * patch * yStride)
      var y = expected
      for tile in 0..<tiles {
        for lane in 0..<lanes {
          let d = (0..<patch).map { i in
            (0..<patch).map { Double(x[i * rowStride + (tile * m + $0) * lanes + lane]) }
          }
          for (element, value) in WinogradTransformTests.both(transform.input, d).joined()
            .enumerated()
          {
            expected[element * yStride + tile * lanes + lane] = Float(value)
          }
        }
      }
      let kernel = m == 2 ? microkernels.winograd2Input : microkernels.winograd4Input
      kernel(tiles, x, rowStride, &y, yStride)
      #expect(y == expected, "\(tiles) tiles")
    }
  }

  @Test(
    "transform output tiles", arguments: InstructionSet.supported, [WinogradTransform.f2, .f4])
  func winogradOutput(instructionSet: InstructionSet, transform: WinogradTransform) {
    let microkernels = instructionSet.microkernels
    let lanes = microkernels.laneCount
    let (m, patch) = (transform.tile, transform.patch)
    var generator = SeededGenerator(seed: 3)
    for tiles in 0...4 {
      let rowStride = (tiles * m + 1) * lanes
      let xStride = tiles * lanes + 3
      let x = generator.integers(patch * patch * xStride)
      let bias = generator.integers(lanes)
      for relu in [false, true] {
        var expected = generator.integers(m * rowStride)
        var y = expected
        for tile in 0..<tiles {
          for lane in 0..<lanes {
            let products = (0..<patch).map { i in
              (0..<patch).map { Double(x[(i * patch + $0) * xStride + tile * lanes + lane]) }
            }
            let result = WinogradTransformTests.both(transform.output, products)
            for i in 0..<m {
              for j in 0..<m {
                let value = Float(result[i][j]) + bias[lane]
                expected[i * rowStride + (tile * m + j) * lanes + lane] =
                  relu ? max(0, value) : value
              }
            }
          }
        }
        let kernel = m == 2 ? microkernels.winograd2Output : microkernels.winograd4Output
        kernel(tiles, x, xStride, bias, relu, &y, rowStride)
        #expect(y == expected, "\(tiles) tiles, relu \(relu)")
      }
    }
  }
}
