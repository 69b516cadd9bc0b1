import Formats
import FoundationEssentials
import Kernels
import Net
import Testing

@testable import Verify

@Suite("Bisection") struct BisectionTests {
  let team: WorkerTeam
  let model: Model

  static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../golden/densenet-mini.h5").path

  init() throws {
    team = try WorkerTeam(count: 2)
    model = try Model("densenet-mini@1", team: team)
  }

  func search(bad: any ConvolutionBackend) throws -> Bisection.Outcome {
    let golden = try GoldenFile(path: Self.golden)
    return try Bisection(
      verifier: Verifier(
        graph: model.graph, parameters: model.parameters, golden: golden, team: team),
      goldenCase: golden.cases[0], good: BackendChoice(NaiveBackend()),
      bad: BackendChoice(bad)
    ).search()
  }

  @Test("names the layer and the element of a backend that is wrong on purpose") func guilty()
    throws
  {
    // One of 14 convolutions with 3×3 taps: the second unit of the third block.
    let outcome = try search(
      bad: WrongBackend(fault: .oneElementOff, amount: 50) {
        $0.kernel == Size(3) && $0.input.height == 4
      })
    let first = try #require(outcome.culprits.first)
    #expect(first.layer == "DBstage3_unit1_conv2")
    #expect(first.worstPosition == [0, 2, 0, 0])
    #expect(outcome.goodIsGood && outcome.flips)
    #expect(!outcome.flippingSteps.isEmpty)
    #expect(Set(outcome.flippingSteps).isSubset(of: outcome.culprits.map(\.layer)))
    #expect(outcome.runs <= 10, "\(outcome.runs)")
  }

  @Test("finds nothing wrong with a right backend") func innocent() throws {
    let outcome = try search(bad: TiledBackend())
    #expect(outcome.culprits.isEmpty && !outcome.flips && outcome.goodIsGood)
    #expect(outcome.flippingSteps.isEmpty && outcome.runs == 4)
  }

  @Test("does not blame a backend whose error changes nothing") func harmless() throws {
    let outcome = try search(
      bad: WrongBackend(fault: .oneElementOff, amount: 1e-4) {
        $0.kernel == Size(3) && $0.input.height == 16
      })
    #expect(!outcome.culprits.isEmpty && !outcome.flips)
    #expect(outcome.flippingSteps.isEmpty)
  }

  @Test(
    "leaves the smallest list, in few questions",
    arguments: [[17], [0], [99], [3, 60], [1, 2, 98], Array(40..<50)])
  func minimal(guilty: [Int]) {
    var questions = 0
    let result = Verify.minimal(Array(0..<100)) { items in
      questions += 1
      return Set(guilty).isSubset(of: items)
    }
    #expect(result == guilty)
    if guilty.count == 1 { #expect(questions <= 14, "\(questions)") }
  }
}
