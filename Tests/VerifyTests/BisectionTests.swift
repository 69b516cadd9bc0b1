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

  /// One value over a whole map: rounding decides where its peak is, and no kernel is to blame for that.
  @Test("does not blame a backend for what rounding explains") func level() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/level.h5"
    let shape = TensorShape(channels: 3, height: 20, width: 20)
    let network = try GoldenNetwork(
      [
        .init("conv0", .convolution(16, 3)), .init("conv1", .convolution(8, 3)),
        .init("pool", Operation.globalAverage), .init("flat", .flatten),
        .init("fc", .fullyConnected(outputs: 5, hasBias: true)), .init("soft", .softmax),
      ], shape: shape)
    let input = Tensor(
      shape: shape, elements: (0..<shape.count).map { Float($0 / (20 * 20)) * 0.37 + 0.1 })
    try network.record(path, input: input)
    let golden = try GoldenFile(path: path)
    let verifier = Verifier(
      graph: network.graph, parameters: network.parameters, golden: golden, team: team)
    let bad = BackendChoice(WinogradBackend(tile: 4))
    let verified = try verifier.verify(
      golden.cases[0], runs: [VerificationRun(name: "bad", backends: bad)],
      options: VerificationOptions())
    // What this is about: other maps, as right as rounding lets them be.
    try #require(verified.maps.contains { $0.meaning == .fail })
    try #require(verified.maps.allSatisfy { $0.verdict == .pass })
    let outcome = try Bisection(
      verifier: verifier, goldenCase: golden.cases[0], good: BackendChoice(NaiveBackend()), bad: bad
    ).search()
    #expect(outcome.goodIsGood && !outcome.flips && outcome.flippingSteps.isEmpty)
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
