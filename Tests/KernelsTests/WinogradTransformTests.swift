import TestSupport
import Testing

@testable import Kernels

@Suite("Winograd transforms") struct WinogradTransformTests {
  typealias Matrix = [[Double]]

  static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
    a.map { row in
      b[0].indices.map { column in
        row.indices.reduce(0) { $0 + row[$1] * b[$1][column] }
      }
    }
  }

  static func transposed(_ a: Matrix) -> Matrix {
    a[0].indices.map { column in a.map { $0[column] } }
  }

  /// `a x aᵀ`.
  static func both(_ a: Matrix, _ x: Matrix) -> Matrix { product(product(a, x), transposed(a)) }

  static func magnitudes(_ a: Matrix) -> Matrix { a.map { $0.map(\.magnitude) } }

  static func elementwise(_ a: Matrix, _ b: Matrix) -> Matrix {
    zip(a, b).map { zip($0, $1).map { $0 * $1 } }
  }

  static func integers(_ side: Int, _ generator: inout SeededGenerator) -> Matrix {
    (0..<side).map { _ in
      (0..<side).map { _ in Double(Int.random(in: -2...2, using: &generator)) }
    }
  }

  @Test("filter as the definition does", arguments: [WinogradTransform.f2, .f4, .f6])
  func identity(transform: WinogradTransform) throws {
    var generator = SeededGenerator(seed: 1)
    let (m, patch) = (transform.tile, transform.patch)
    for _ in 0..<100 {
      let d = Self.integers(patch, &generator)
      let g = Self.integers(3, &generator)
      let products = Self.elementwise(
        Self.both(transform.kernel, g), Self.both(transform.input, d))
      let result = Self.both(transform.output, products)
      #expect(result.count == m && result.allSatisfy { $0.count == m })
      for y in 0..<m {
        for x in 0..<m {
          var sum = 0.0
          for i in 0..<3 {
            for j in 0..<3 { sum += g[i][j] * d[y + i][x + j] }
          }
          // All numbers of F(2×2) are halves and quarters.
          let tolerance = m == 2 ? 0 : 1e-12
          try #require((result[y][x] - sum).magnitude <= tolerance, "\(d) \(g)")
        }
      }
      #expect(
        zip(transform.transformed { g[$0 / 3][$0 % 3] }, Self.both(transform.kernel, g).joined())
          .allSatisfy { ($0 - $1).magnitude <= 1e-12 })
    }
  }

  @Test("of tile 6 stay within their bound in plain 32-bit arithmetic", arguments: [1, 8, 60])
  func plain(channels: Int) throws {
    let transform = WinogradTransform.f6
    let problem = try ConvolutionProblem(
      input: TensorShape(channels: channels, height: 12, width: 12), outputChannels: 2,
      kernel: Size(3), padding: Padding(1))
    var generator = SeededGenerator(seed: UInt64(channels))
    let input = generator.floats(problem.input.count)
    let weights = generator.floats(problem.weightCount)
    let team = try WorkerTeam(count: 1)
    let exactInput = Tensor(shape: problem.input, elements: input.map(Double.init))
    let exact = ReferenceConvolution.convolve(
      problem, input: exactInput, weights: weights.span, bias: nil, team: team)
    let magnitudes = try WinogradMagnitudes.compute(
      problem, transform, input: exactInput, weights: weights.span, team: team)
    let roundings = Double(transform.roundings(channels: channels))
    let gamma = roundings * 0x1p-24 / (1 - roundings * 0x1p-24)
    var largest = 0.0
    for output in 0..<2 {
      for tile in 0..<4 {
        var sums = [[Float]](repeating: [Float](repeating: 0, count: 8), count: 8)
        for channel in 0..<channels {
          let first = (output * channels + channel) * 9
          let kernel = transform.transformed { Double(weights[first + $0]) }
          let patch = (0..<8).map { i in
            (0..<8).map { j in
              let (y, x) = (tile / 2 * 6 + i - 1, tile % 2 * 6 + j - 1)
              guard (0..<12) ~= y, (0..<12) ~= x else { return Float(0) }
              return input[(channel * 12 + y) * 12 + x]
            }
          }
          let transformed = Self.both(single: transform.input, patch)
          for i in 0..<8 {
            for j in 0..<8 { sums[i][j] += Float(kernel[i * 8 + j]) * transformed[i][j] }
          }
        }
        let result = Self.both(single: transform.output, sums)
        for y in 0..<6 {
          for x in 0..<6 {
            let place = (output * 12 + tile / 2 * 6 + y) * 12 + tile % 2 * 6 + x
            let error = (Double(result[y][x]) - exact.elements[place]).magnitude
            largest = max(largest, error / (gamma * magnitudes.elements[place]))
          }
        }
      }
    }
    #expect(largest <= 1 && largest > 1e-4, "\(largest)")
  }

  /// `a x aᵀ` with every product and sum rounded to 32 bits.
  static func both(single a: Matrix, _ x: [[Float]]) -> [[Float]] {
    func product(_ rows: [[Float]]) -> [[Float]] {
      a.map { row in
        rows[0].indices.map { column in
          row.indices.reduce(Float(0)) { $0 + Float(row[$1]) * rows[$1][column] }
        }
      }
    }
    func transposed(_ m: [[Float]]) -> [[Float]] {
      m[0].indices.map { column in m.map { $0[column] } }
    }
    return transposed(product(transposed(product(x))))
  }

  /// Lavin & Gray 2016, section 4.1, whose rows differ in sign only: a row of Bᵀ and the same row of G
  /// may both be negated, and a row of Bᵀ with a column of Aᵀ.
  @Test("of tile 2 are those of the literature") func literature() {
    let input: Matrix = [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]
    let kernel: Matrix = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]
    let output: Matrix = [[1, 1, 1, 0], [0, 1, -1, -1]]
    let f2 = WinogradTransform.f2
    for i in 0..<4 {
      let signs = [
        f2.input[i] == input[i] ? 1 : -1, f2.kernel[i] == kernel[i] ? 1 : -1,
        f2.output.map { $0[i] } == output.map { $0[i] } ? 1 : -1,
      ]
      #expect(f2.input[i].map { Double(signs[0]) * $0 } == input[i])
      #expect(f2.kernel[i].map { Double(signs[1]) * $0 } == kernel[i])
      #expect(f2.output.map { Double(signs[2]) * $0[i] } == output.map { $0[i] })
      #expect(signs[0] * signs[1] * signs[2] == 1)
    }
  }

  @Test("evaluate at their points") func points() {
    #expect(WinogradTransform.f2.points == [0, 1, -1])
    #expect(WinogradTransform.f4.points == [0, 0.75, -0.75, 1.5, -1.5])
    #expect(WinogradTransform.of(tile: 2) == .f2)
    #expect(WinogradTransform.of(tile: 4) == .f4)
    #expect(WinogradTransform.of(tile: 6) == .f6)
    for tile in [0, 1, 3, 5, 8] { #expect(WinogradTransform.of(tile: tile) == nil) }
    for transform in [WinogradTransform.f2, .f4] {
      #expect(transform.patch == transform.points.count + 1)
      for (row, p) in transform.points.enumerated() {
        // The rows of Bᵀ are polynomials: each vanishes at every finite point but its own.
        for q in transform.points {
          let value = transform.input[row].reversed().reduce(0) { $0 * q + $1 }
          #expect((value != 0) == (p == q))
        }
        #expect(transform.output.map { $0[row] } == (0..<transform.tile).map { power(p, $0) })
      }
    }
  }

  private func power(_ p: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { value, _ in value * p }
  }

  @Test("count their roundings") func roundings() {
    // The weight, two directions of one rounding, c products and sums, two directions of two.
    #expect(WinogradTransform.f2.roundings(channels: 1) == 1 + 2 * 1 + 1 + 2 * 2)
    #expect(WinogradTransform.f2.roundings(channels: 64) == 71)
    #expect(WinogradTransform.f4.roundings(channels: 1) == 1 + 2 * 4 + 1 + 2 * 4)
    #expect(WinogradTransform.f4.roundings(channels: 64) == 81)
  }

  @Test("have magnitudes as the formula gives", arguments: [WinogradTransform.f2, .f4])
  func magnitudes(transform: WinogradTransform) throws {
    let problem = try ConvolutionProblem(
      input: TensorShape(batch: 2, channels: 3, height: 6, width: 9), outputChannels: 2,
      kernel: Size(3), padding: Padding(top: 0, left: 2, bottom: 1, right: 1))
    let item = ConvolutionCase(problem, seed: 8, hasBias: false)
    let data = item.data
    let result = try WinogradMagnitudes.compute(
      problem, transform,
      input: Tensor(shape: problem.input, elements: data.input.map(Double.init)),
      weights: data.weights.span, team: WorkerTeam(count: 2))
    #expect(result.shape == problem.output)
    let (_, sums) = item.expected()
    let (shape, output) = (problem.input, problem.output)
    for i in 0..<output.count {
      let (rest, x) = i.quotientAndRemainder(dividingBy: output.width)
      let (plane, y) = rest.quotientAndRemainder(dividingBy: output.height)
      let (image, channel) = plane.quotientAndRemainder(dividingBy: output.channels)
      let m = transform.tile
      var expected = 0.0
      for c in 0..<shape.channels {
        let d: Matrix = (0..<transform.patch).map { i in
          (0..<transform.patch).map { j in
            let row = y / m * m + i - problem.padding.top
            let column = x / m * m + j - problem.padding.left
            guard (0..<shape.height).contains(row), (0..<shape.width).contains(column) else {
              return 0
            }
            let plane = image * shape.channels + c
            let place = (plane * shape.height + row) * shape.width + column
            return Double(data.input[place].magnitude)
          }
        }
        let first = (channel * shape.channels + c) * 9
        let g: Matrix = (0..<3).map { i in
          (0..<3).map { Double(data.weights[first + 3 * i + $0].magnitude) }
        }
        let products = Self.elementwise(
          Self.both(Self.magnitudes(transform.kernel), g),
          Self.both(Self.magnitudes(transform.input), d))
        expected += Self.both(Self.magnitudes(transform.output), products)[y % m][x % m]
      }
      // The transformed weights are kept as floats.
      #expect((result.elements[i] - expected).magnitude <= 0x1p-24 * expected, "element \(i)")
      // Cancelling terms are counted, so no sum of magnitudes is larger.
      #expect(result.elements[i] >= sums[i] * (1 - 0x1p-24), "element \(i)")
    }
  }

  @Test("are chosen alike for any batch") func choice() throws {
    var chosen: Set<Int> = []
    for side in [1, 2, 3, 4, 5, 7, 8, 9, 14, 28, 56] {
      for channels in [1, 8, 32, 128, 512] {
        let problems = try [1, 8].map { batch in
          try ConvolutionProblem(
            input: TensorShape(batch: batch, channels: channels, height: side, width: side),
            outputChannels: 32, kernel: Size(3), padding: Padding(1))
        }
        let tiles = problems.map { CostModel.fitted.winogradTile($0) }
        #expect(tiles[0] == tiles[1], "\(problems[0])")
        #expect(
          CostModel.fitted.fastest(problems[0]) == CostModel.fitted.fastest(problems[1]),
          "\(problems[0])")
        #expect(
          try WinogradBackend().algorithm(for: problems[1])
            == .winograd(#require(WinogradTransform.of(tile: tiles[0]))))
        #expect(
          AutoBackend().algorithm(for: problems[0]) == AutoBackend().algorithm(for: problems[1]))
        chosen.insert(tiles[0])
      }
    }
    #expect(chosen == [2, 4])
  }
}
