import Kernels
import TestSupport
import Testing

@testable import Net
@testable import Verify

/// Every step of a plan, held against its definition.
@Suite("Plans of networks") struct PlanVerificationTests {
  /// Which passes run.
  static let choices: [(name: String, passes: Set<Pass>)] =
    [("all", Set(Pass.allCases)), ("none", [])]
    + Pass.allCases.map { ("all but \($0.rawValue)", Set(Pass.allCases).subtracting([$0])) }

  @Test(
    "pass on every backend, whatever passes are left out", arguments: InstructionSet.supported,
    [1, 3])
  func pass(instructionSet: InstructionSet, batch: Int) throws {
    let team = try WorkerTeam(count: 3)
    for network in try TestNetwork.all() {
      let input = network.input(batch: batch)
      let golden = GoldenFile(unrecorded: input, name: "noise", model: network.description)
      let verifier = Verifier(
        graph: network.graph, parameters: network.parameters, golden: golden, team: team)
      for choice in Self.choices {
        let result = try verifier.verify(
          golden.cases[0],
          runs: BackendRegistry.builtIn.all.map {
            VerificationRun(
              name: $0.name, backends: BackendChoice($0),
              options: PlanOptions(passes: choice.passes, instructionSet: instructionSet))
          }, options: VerificationOptions())
        let wrong = result.layers.filter { $0.verdict != .pass && $0.verdict != .fellBack }
        #expect(
          wrong.isEmpty,
          "\(network), \(choice.name): \(wrong.map { ($0.layer, $0.requested, $0.verdict) })")
        #expect(result.layers.count > 2 * BackendRegistry.builtIn.all.count * 20)
      }
    }
  }

  @Test("show a kernel that changes another live value, however far away and little")
  func meddling() throws {
    let network = try TestNetwork.residual()
    let team = try WorkerTeam(count: 2)
    let golden = GoldenFile(
      unrecorded: network.input(batch: 1), name: "noise", model: network.description)
    let verifier = Verifier(
      graph: network.graph, parameters: network.parameters, golden: golden, team: team)
    let options = PlanOptions(sharesMemory: false)
    let plan = try Plan(
      graph: network.graph, parameters: network.parameters, input: golden.cases[0].input.shape,
      backends: BackendChoice(NaiveBackend()), options: options)
    // The third convolution, while the sum of the first is still to be read.
    let layer = "c3"
    /// Where a value lies, in elements.
    func place(_ name: String) throws -> Int {
      let node = try #require(network.graph.index(named: name))
      return try #require(plan.memory.locations[node]).offset / MemoryLayout<Float>.stride
    }
    let distance = try place("c1_relu") + 300 - place("c3")
    #expect(distance.magnitude > 1000)
    // A kernel that is right, and adds to a value that has nothing to do with it.
    let meddling = AlteredBackend { _, _, task, output in
      if task == 0 { output.base[distance] += 1e-6 }
    }
    let result = try verifier.verify(
      golden.cases[0],
      runs: [
        VerificationRun(
          name: "meddling",
          backends: BackendChoice(NaiveBackend(), overrides: [layer: meddling]), options: options)
      ], options: VerificationOptions())
    for result in result.layers {
      #expect((result.verdict == .fail) == (result.layer == layer), "\(result.layer)")
      #expect(result.guardsIntact == (result.layer != layer))
    }
  }

  @Test("show a kernel that leaves no number in a spare lane, and blame no other")
  func spareLanes() throws {
    let network = try TestNetwork.narrowDense()
    let team = try WorkerTeam(count: 2)
    let golden = GoldenFile(
      unrecorded: network.input(batch: 2), name: "noise", model: network.description)
    let verifier = Verifier(
      graph: network.graph, parameters: network.parameters, golden: golden, team: team)
    // 12 channels in blocks of 16, which the next convolution reads beside others.
    let layer = "a1_conv2"
    let careless = AlteredBackend(TiledBackend()) { _, _, _, output in
      output.plane(1, 13)[output.layout.blockWidth] = .nan
    }
    let result = try verifier.verify(
      golden.cases[0],
      runs: [
        VerificationRun(
          name: "careless",
          backends: BackendChoice(TiledBackend(), overrides: [layer: careless]),
          options: PlanOptions(instructionSet: .baseline16))
      ], options: VerificationOptions())
    #expect(result.layers.contains { $0.layer == layer })
    for result in result.layers {
      #expect((result.verdict == .fail) == (result.layer == layer), "\(result.layer)")
      #expect(result.guardsIntact == (result.layer != layer))
    }
  }
}
