import Kernels
import Net
import TestSupport
import Testing

@testable import Formats

@Suite("A saved plan") struct PlanFileTests {
  let team: WorkerTeam
  let model: Model

  init() throws {
    team = try WorkerTeam(count: 2)
    model = try Model("densenet-mini@1", team: team)
  }

  func plan(_ backends: BackendChoice, side: Int = 64, batch: Int = 1) throws -> Plan {
    try Plan(
      graph: model.graph, parameters: model.parameters,
      input: TensorShape(batch: batch, channels: 3, height: side, width: side), backends: backends)
  }

  /// What reading a file back makes of it.
  func choice(_ json: some Sequence<UInt8>) throws -> BackendChoice {
    try FormatFixture.withFile(Array(json)) {
      try PlanFile(path: $0).choice(from: .builtIn, name: "plan:saved")
    }
  }

  func result(_ plan: Plan) throws -> [UInt32] {
    let count = plan.inputShape.count
    let executor = try Executor(plan: plan, team: team)
    let input = (0..<count).map { Float($0 &* 7919 & 255) }
    executor.run(input.span)
    return executor.value(of: plan.graph.output).map(\.bitPattern)
  }

  @Test("makes the same choices again, with the same bits", arguments: [1, 3])
  func roundTrip(batch: Int) throws {
    // Winograd leaves some convolutions to another backend, and `auto` has others do all of them.
    for backend in [WinogradBackend(), AutoBackend(), WinogradBackend(tile: 2)]
      as [any ConvolutionBackend]
    {
      let first = try plan(BackendChoice(backend))
      let saved = try choice(PlanFile(first, of: model).json())
      let again = try plan(saved, batch: batch)
      #expect(again.assignments.count == first.assignments.count)
      for (one, other) in zip(first.assignments, again.assignments) {
        #expect(one.executed == other.executed && one.description == other.description)
        #expect(other.refusal == nil)
      }
      if batch == 1 { #expect(try result(first) == result(again)) }
    }
  }

  @Test("keeps what is edited in it") func edited() throws {
    var file = PlanFile(try plan(BackendChoice(TiledBackend())), of: model)
    file.assignments[0].executed = "naive"
    file.assignments.removeLast()
    let again = try plan(choice(file.json())).assignments
    #expect(again[0].executed == "naive")
    #expect(again[1...].allSatisfy { $0.executed == "tiled" })
  }

  @Test("of another size is refused") func otherSize() throws {
    let saved = try choice(PlanFile(plan(BackendChoice(TiledBackend())), of: model).json())
    let error = #expect(throws: GraphError.self) { try plan(saved, side: 32) }
    #expect(error?.node == "conv0")
    #expect(error?.cause.contains("plan:saved") == true)
  }

  @Test(
    "that is none is refused with its place",
    arguments: [
      ("", "", "it is not valid JSON"), ("{", "[", "is not a plan"),
      ("densecam.plan/1", "densecam.plan/2", "its schema is densecam.plan/2"),
      (
        "\"executed\" : \"tiled\"", "\"executed\" : \"fast\"",
        "assignments[0]: there is no backend fast"
      ),
      ("\"node\" : \"conv0\"", "\"node\" : 3", "assignments[0].node is not a text"),
      (
        "\"node\" : \"conv0\"", "\"node\" : \"DBstage1_unit1_conv1\"",
        "assignments[1]: the node DBstage1_unit1_conv1 is there twice"
      ),
      ("\"problem\" : \"mb1ic3ih64", "\"problem\" : \"mb1ic0ih64", "is not a convolution"),
      ("\"threads\" : 2", "\"thread\" : 2", "it has no \"threads\""),
    ])
  func refused(old: String, new: String, part: String) throws {
    let text = String(
      decoding: try PlanFile(plan(BackendChoice(TiledBackend())), of: model).json(),
      as: UTF8.self)
    let changed = old.isEmpty ? new : text.replacing(old, with: new, maxReplacements: 1)
    #expect(changed != text)
    let error = #expect(throws: FormatError.self) { try choice(changed.utf8) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }
}
