import Kernels
import Net
import Testing

@testable import Verify

@Suite("Evidence") struct EvidenceTests {
  @Test("is enough with 459 elements, or with one in 16 of fewer") func limits() {
    func doubt(_ informative: Int, _ count: Int) -> Bool {
      Evidence.doubt(informative: informative, count: count, inputIsConstant: false) != nil
    }
    #expect(doubt(458, 1_000_000) && !doubt(459, 1_000_000))
    #expect(doubt(6, 100) && !doubt(7, 100))
    #expect(doubt(0, 1) && !doubt(1, 1))
    #expect(Evidence.doubt(informative: 100, count: 100, inputIsConstant: true) != nil)
    #expect(Evidence.isConstant([2, 2, 2]) && !Evidence.isConstant([2, 2, 3]))
    #expect(!Evidence.isConstant([2]))
  }

  @Test("is wanting on a picture of one colour, and behind zeros") func constant() throws {
    let team = try WorkerTeam(count: 1)
    let trial = try ConvolutionTrial(notation: "mb1ic3ih8oc4kh3ph1+relu", seed: 1)
    var network = try #require(try trial.network())
    let layer = network.layer
    let backends: [any ConvolutionBackend] = [TiledBackend()]
    func verdict() throws -> Verdict? {
      let golden = GoldenFile(unrecorded: network.input, name: "x", model: "x")
      return try Verifier(
        graph: network.graph, parameters: network.parameters, golden: golden, team: team
      ).verify(
        golden.cases[0],
        runs: backends.map { VerificationRun(name: $0.name, backends: BackendChoice($0)) },
        options: VerificationOptions(feeds: [.isolated], includes: { $0 == layer })
      ).layers.first?.verdict
    }
    #expect(try verdict() == .pass)
    network.input.elements = network.input.elements.map { _ in 3 }
    #expect(try verdict() == .mistrusted)
    network.input.elements = network.input.elements.enumerated().map { $0.offset == 0 ? 1e-30 : 0 }
    #expect(try verdict() == .mistrusted)
  }
}
