import Formats
import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

/// What a plan does depends on the size of its input: how maps divide into tiles, and which are left
/// over at the edges.
@Suite("Any input") struct InputSizeTests {
  /// `[batch, height, width]`: sides from the smallest up, odd ones, long ones.
  static let inputs = [
    (1, 32, 32), (1, 33, 47), (3, 40, 32), (1, 97, 35), (2, 64, 100), (5, 32, 61),
  ].map { TensorShape(batch: $0.0, channels: 3, height: $0.1, width: $0.2) }

  @Test(
    "passes on every instruction set", arguments: InstructionSet.supported, inputs)
  func passes(instructionSet: InstructionSet, shape: TensorShape) throws {
    let team = try WorkerTeam(count: 2)
    let model = try Model("densenet-mini@1", team: team)
    var generator = SeededGenerator(seed: 21)
    let picture = Tensor(
      shape: shape, elements: generator.floats(shape.count).map { 128 + 90 * $0 })
    let golden = GoldenFile(unrecorded: picture, name: "noise", model: model.name)
    let verifier = Verifier(
      graph: model.graph, parameters: model.parameters, golden: golden, team: team)
    let backends: [any ConvolutionBackend] = [
      TiledBackend(), WinogradBackend(tile: 2), WinogradBackend(tile: 4), AutoBackend(),
    ]
    let result = try verifier.verify(
      golden.cases[0],
      runs: backends.map {
        VerificationRun(
          name: $0.name, backends: BackendChoice($0),
          options: PlanOptions(instructionSet: instructionSet))
      }, options: VerificationOptions())
    let wrong = result.layers.filter { $0.verdict != .pass && $0.verdict != .fellBack }
    #expect(wrong.isEmpty, "seed 21: \(wrong.map { ($0.layer, $0.requested, $0.deviation) })")
    #expect(result.layers.count > 2 * backends.count * 20)
  }
}
