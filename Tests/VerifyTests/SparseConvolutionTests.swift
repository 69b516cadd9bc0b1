import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

@Suite("The bound of few products") struct SparseConvolutionTests {
  let team: WorkerTeam

  init() throws { team = try WorkerTeam(count: 2) }

  static let backends: [any ConvolutionBackend] =
    BackendRegistry.builtIn.all + BackendRegistry.builtIn.variants

  /// Every kind of convolution, with maps that end within a tile.
  static let problems = [
    "mb1ic5ih14oc6oh14kh3ph1", "mb2ic3ih9oc4oh7kh3", "mb1ic7ih11iw8oc9oh11ow8kh3kw3ph1pw1",
    "g4mb1ic16ih8oc16oh8kh3ph1", "mb1ic8ih10oc8oh6kh3dh1", "mb1ic6ih15oc5oh8kh3sh2ph1",
    "mb1ic24ih9oc20oh9kh1", "mb1ic2ih16oc5oh16kh5ph2",
  ]

  /// Zeros but for one element in twelve.
  private func sparse(_ count: Int, bits: Int, _ generator: inout SeededGenerator) -> [Float] {
    (0..<count).map { _ in
      guard Int.random(in: 0..<12, using: &generator) == 0 else { return 0 }
      let limit = 1 << bits
      return Float(Int.random(in: -limit...limit, using: &generator)) / Float(limit)
    }
  }

  @Test("holds for right kernels", arguments: backends.indices) func holds(index: Int) throws {
    let backend = Self.backends[index]
    var generator = SeededGenerator(seed: 7)
    for text in Self.problems {
      let problem = try ConvolutionProblem(notation: text)
      guard backend.refusal(of: problem) == nil else { continue }
      let trial = try BehaviorTrial(problem, on: backend, hasBias: false, team: team)
      let weights = trial.weights
      // Powers of two, numbers whose transforms are exact, and numbers whose transforms are not.
      for bits in [0, 3, 23] {
        for _ in 0..<8 {
          let input = sparse(problem.input.count, bits: bits, &generator)
          let convolution = SparseConvolution(
            problem, trial.algorithm ?? .reassociated, input: input)
          let sums = convolution.sums(weights.span)
          let errors = convolution.errors(sums, weights.span, bias: nil)
          let dense = try trial.bounds(input)
          // The result by the definition, and no bound above that of all products, whose weights have been
          // rounded to 32 bits.
          #expect(sums.exact == trial.exact(input))
          #expect(zip(errors, dense).allSatisfy { $0 <= $1 * (1 + 0x1p-20) })
          let output = try trial.run(input)
          let wrong = output.indices.filter {
            !((Double(output[$0]) - sums.exact[$0]).magnitude <= errors[$0])
          }
          #expect(wrong.isEmpty, "\(problem) at \(wrong.prefix(3)), \(bits) bits")
        }
      }
    }
  }

  /// A tile's corner passes one product on, so that a weight comes back to the bit, whatever its bits are.
  @Test("is 0 where Winograd's lattice passes a weight on", arguments: [2, 4]) func corners(
    tile: Int
  ) throws {
    let problem = try ConvolutionProblem(notation: "mb1ic3ih16oc8oh16kh3ph1")
    let backend = WinogradBackend(tile: tile)
    let trial = try BehaviorTrial(problem, on: backend, hasBias: false, team: team)
    // The last row and column of the patch of the first tile, which begins one pixel outside of the map.
    let place = tile
    var input = [Float](repeating: 0, count: problem.input.count)
    input[problem.input.planeCount + place * 16 + place] = -1
    let sparse = SparseConvolution(
      problem, .winograd(try #require(WinogradTransform.of(tile: tile))), input: input)
    let weights = trial.weights
    let sums = sparse.sums(weights.span)
    let errors = sparse.errors(sums, weights.span, bias: nil)
    let output = try trial.run(input)
    for k in 0..<problem.outputChannels {
      let corner = k * problem.output.planeCount + (tile - 1) * 16 + tile - 1
      #expect(errors[corner] == 0)
      #expect(output[corner] == -weights[(k * 3 + 1) * 9 + 8])
      // The next tile sees it in its second row and column, where the transforms round.
      #expect(errors[corner + 17] > 0)
    }
  }

  @Test("counts the bias as one term more") func bias() throws {
    let problem = try ConvolutionProblem(notation: "mb1ic1ih1oc1oh1kh1")
    let sparse = SparseConvolution(problem, .reassociated, input: [1])
    let weights: [Float] = [0.3]
    let sums = sparse.sums(weights.span)
    #expect(sparse.errors(sums, weights.span, bias: nil) == [0])
    #expect(sparse.errors(sums, weights.span, bias: [0]) == [0])
    let bound = sparse.errors(sums, weights.span, bias: [0.5])[0]
    #expect(bound >= 0.8 * 0x1p-24 && bound < 0.81 * 0x1p-24)
    // A product of two numbers with bits is rounded.
    let other = SparseConvolution(problem, .reassociated, input: [3])
    #expect(other.errors(other.sums(weights.span), weights.span, bias: nil)[0] > 0)
    // In double precision it is not, until the end.
    let direct = SparseConvolution(problem, .direct, input: [1])
    #expect(direct.errors(direct.sums(weights.span), weights.span, bias: nil) == [0])
  }
}
