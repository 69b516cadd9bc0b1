import Kernels
import TestSupport
import Testing

@testable import Net

@Suite("The check of a plan") struct PlanCheckTests {
  func plan(sharesMemory: Bool) throws -> Plan {
    let network = try TestNetwork.residual()
    return try Plan(
      graph: network.graph, parameters: network.parameters, input: network.input(batch: 2).shape,
      backends: BackendChoice(BackendRegistry.builtIn.standard),
      options: PlanOptions(sharesMemory: sharesMemory, instructionSet: .baseline16))
  }

  @Test("finds a value where a step writes that runs while it is needed") func overlap() throws {
    let plan = try plan(sharesMemory: false)
    try plan.check()
    var count = 0
    for index in 0..<plan.stepCount {
      let output = plan.step(index).output
      // A concatenation writes only what it copies, and is where its parts are.
      func isConcatenation(_ node: Int) -> Bool {
        plan.graph.nodes[node].operation == .concatenation
      }
      guard let target = plan.memory.locations[output],
        !isConcatenation(output)
      else { continue }
      // A value that this step reads is moved to where it writes, and nothing else.
      for input in plan.step(index).inputs.map(plan.program.resolved)
      where !isConcatenation(input) && plan.program.placements[input] == nil
        && plan.program.placements[output] == nil
      {
        var check = PlanCheck(program: plan.program, steps: plan.steps, memory: plan.memory)
        check.memory.locations[input]?.offset = target.offset
        #expect(throws: GraphError.self, "\(plan.name(ofStep: index))") { try check.run() }
        count += 1
      }
    }
    #expect(count > 10)
  }

  @Test("finds an element that lies in the next value") func oneElement() throws {
    let plan = try plan(sharesMemory: false)
    let first = try #require(plan.graph.index(named: "c1_relu"))
    let output = try #require(plan.graph.index(named: "sum_relu"))
    var check = PlanCheck(program: plan.program, steps: plan.steps, memory: plan.memory)
    let place = try #require(check.memory.locations[output])
    // The sum is computed while the first value is read: the last element of the one is the first of
    // the other, then they are side by side.
    check.memory.locations[first]?.offset = place.offset + 2 * place.imageStride - 1
    #expect(throws: GraphError.self) { try check.run() }
    check.memory.locations[first]?.offset = place.offset + 2 * place.imageStride
    try check.run()
  }

  @Test("finds a view that leaves the memory") func range() throws {
    let plan = try plan(sharesMemory: true)
    var check = PlanCheck(program: plan.program, steps: plan.steps, memory: plan.memory)
    try check.run()
    check.memory.byteCount = 64
    #expect(throws: GraphError.self) { try check.run() }
  }
}
