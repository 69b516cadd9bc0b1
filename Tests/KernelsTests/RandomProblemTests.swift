import Foundation
import Kernels
import TestSupport
import Testing

@Suite("Random problems") struct RandomProblemTests {
  /// The seeds of all problems; every instruction set computes each.
  static let seeds = 0..<UInt64(3000)

  /// The seeds that are computed: all, unless `scripts/sanitize` asks for fewer.
  static let computed =
    ProcessInfo.processInfo.environment["DENSECAM_RANDOM_PROBLEMS"].flatMap { UInt64($0) }
    .map { 0..<$0 } ?? seeds

  /// The seeds of one test.
  static let chunks = stride(from: computed.lowerBound, to: computed.upperBound, by: 250).map {
    $0..<min($0 + 250, computed.upperBound)
  }

  /// All but the naive backend, which gives the values, and Winograd with both tiles.
  static let backends: [any ConvolutionBackend] =
    BackendRegistry.builtIn.all.filter { !($0 is NaiveBackend) }
    + [2, 4].map { WinogradBackend(tile: $0) }

  @Test("agree with the naive backend", arguments: chunks)
  func agree(seeds: Range<UInt64>) throws {
    let team = try WorkerTeam(count: 1)
    for seed in seeds {
      let problem = ConvolutionProblem.random(seed: seed)
      let wanted = ConvolutionProblem.randomFusions(seed: seed)
      // What several backends have in common is computed once.
      var references: [Int: Reference] = [:]
      var bounds: [Int: [Algorithm: [Double]]] = [:]
      for backend in Self.backends where backend.refusal(of: problem) == nil {
        let fusions = wanted.intersection(backend.fusions(for: problem))
        let reference =
          try references[fusions.rawValue]
          ?? Reference(
            byNaiveBackend: ConvolutionCase(
              problem, seed: seed, fusions: fusions, hasBias: seed % 4 != 1), team: team)
        references[fusions.rawValue] = reference
        let algorithm = backend.algorithm(for: problem)
        let allowed =
          try bounds[fusions.rawValue]?[algorithm] ?? reference.bounds(of: algorithm, team: team)
        bounds[fusions.rawValue, default: [:]][algorithm] = allowed
        for instructionSet in InstructionSet.supported {
          try reference.expectAgreement(
            of: backend, instructionSet, team: team, bounds: allowed)
        }
      }
    }
  }

  @Test("are of all kinds") func coverage() {
    let problems = Self.seeds.map { ConvolutionProblem.random(seed: $0) }
    let winograd = WinogradBackend()
    func expect(_ least: Int, _ kind: String, _ isOfKind: (ConvolutionProblem) -> Bool) {
      let count = problems.count(where: isOfKind)
      #expect(count >= least, "\(kind): \(count)")
    }
    expect(1100, "3×3, stride 1, one group") { winograd.refusal(of: $0) == nil }
    for transform in [WinogradTransform.f2, .f4] {
      // Both tiles are computed for all of them; this is what the cost model chooses.
      expect(100, "F(\(transform.tile)) by choice") {
        winograd.refusal(of: $0) == nil && winograd.algorithm(for: $0) == .winograd(transform)
      }
    }
    expect(300, "pointwise") { $0.isPointwise }
    expect(100, "depthwise") { $0.groups > 1 && $0.groupInputChannels == 1 }
    expect(100, "groups narrower than a vector") {
      $0.groups > 1 && $0.groupInputChannels > 1 && $0.groupOutputChannels < 4
    }
    expect(30, "wide groups") { $0.groups > 1 && $0.groupOutputChannels >= 32 }
    expect(100, "more than 60 rows") { $0.input.height > 60 }
    expect(100, "more than 60 columns") { $0.input.width > 60 }
    expect(100, "more than 150 input channels") { $0.input.channels > 150 }
    expect(100, "more than 150 output channels") { $0.outputChannels > 150 }
    expect(50, "a kernel of 7 rows") { $0.kernel.height == 7 }
    expect(200, "stride 3") { $0.stride.width == 3 }
    expect(200, "dilation") { $0.dilation.width == 2 && $0.kernel.width > 1 }
    expect(200, "a batch of 3") { $0.input.batch == 3 }
    expect(50, "a window wider than the input") { $0.kernel.width > $0.input.width }
  }
}
