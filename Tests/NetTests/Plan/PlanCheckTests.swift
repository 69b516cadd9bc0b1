import Kernels
import TestSupport
import Testing

@testable import Net

@Suite("The check of a plan") struct PlanCheckTests {
  func plan(
    sharesMemory: Bool, backend: any ConvolutionBackend = BackendRegistry.builtIn.standard
  ) throws -> Plan {
    let network = try TestNetwork.residual()
    return try Plan(
      graph: network.graph, parameters: network.parameters, input: network.input(batch: 2).shape,
      backends: BackendChoice(backend),
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

  @Test("finds a value that leaves the memory though no step uses it there") func stray() throws {
    let plan = try plan(sharesMemory: true)
    var check = PlanCheck(program: plan.program, steps: plan.steps, memory: plan.memory)
    let output = plan.step(plan.stepCount - 1).output
    let place = try #require(check.memory.locations[output])
    let view = PreparedStep.View(place, plan.program.shapes[output])
    let room = check.memory.byteCount - (try #require(view.extents.last?.upperBound))
    check.memory.locations[output]?.offset += room
    try check.run()
    check.memory.locations[output]?.offset += 1
    #expect(throws: GraphError.self) { try check.run() }
  }

  @Test("finds scratch that lies in a value or is too small") func scratch() throws {
    let plan = try plan(sharesMemory: true, backend: #require(BackendRegistry.builtIn["winograd"]))
    let needed = try #require(plan.steps.map(\.scratchByteCount).max())
    let shared = try #require(plan.steps.map(\.workspaceByteCount).max())
    #expect(needed > 0 && shared > 0)
    func refuses(_ change: (inout MemoryPlan.Scratch) -> Void) -> Bool {
      var check = PlanCheck(program: plan.program, steps: plan.steps, memory: plan.memory)
      change(&check.memory.scratch)
      do {
        try check.run()
        return false
      } catch {
        #expect(error.code == .brokenPlan)
        return true
      }
    }
    #expect(!refuses { $0.offset = plan.memory.byteCount })
    #expect(refuses { $0.offset = plan.memory.byteCount - 1 })
    // Not even the guard is anything else's.
    let guardCount = Arena.guardByteCount
    #expect(!refuses { $0.byteCount = needed + guardCount })
    #expect(refuses { $0.byteCount = needed + guardCount - 1 })
    #expect(!refuses { $0.sharedByteCount = shared + guardCount })
    #expect(refuses { $0.sharedByteCount = shared + guardCount - 1 })
  }
}
