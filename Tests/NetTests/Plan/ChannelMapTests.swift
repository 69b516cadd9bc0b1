import Kernels
import TestSupport
import Testing

@testable import Net

@Suite("Places of channels") struct ChannelMapTests {
  @Test("of a concatenation begin where a block does, part by part")
  func parts() {
    let inner = ChannelMap([ChannelMap(compact: 12), ChannelMap(compact: 12)], blockWidth: 8)
    #expect(
      inner.runs == [
        ChannelMap.Run(channel: 0, count: 12, place: 0),
        ChannelMap.Run(channel: 12, count: 12, place: 16),
      ])
    #expect(inner.count == 24 && inner.placeCount == 32)
    let outer = ChannelMap([inner, ChannelMap(compact: 1), ChannelMap(compact: 3)], blockWidth: 8)
    #expect(outer.count == 28 && outer.placeCount == 48)
    #expect(Array(0..<28).map(outer.place) == Array(0..<12) + Array(16..<28) + [32, 40, 41, 42])
    // A part's channels lie in the whole as they do in the part.
    #expect((0..<24).allSatisfy { outer.place(of: $0) == inner.place(of: $0) })
  }

  @Test("have nothing between them where parts fill their blocks", arguments: [1, 4, 8, 16])
  func compact(blockWidth: Int) {
    let map = ChannelMap(
      [ChannelMap(compact: 32), ChannelMap(compact: 16), ChannelMap(compact: 7)],
      blockWidth: blockWidth)
    #expect(map.isCompact && map.count == 55 && map.placeCount == 55)
  }

  @Test("spread elements with zeros between")
  func spread() {
    let map = ChannelMap([ChannelMap(compact: 1), ChannelMap(compact: 2)], blockWidth: 4)
    #expect(map.spread([1, 2, 3]) == [1, 0, 0, 0, 2, 3, 0, 0])
    #expect(
      map.spread([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], inner: 2)
        == [1, 1, 0, 0, 0, 0, 0, 0, 2, 2, 3, 3, 0, 0, 0, 0]
        + [4, 4, 0, 0, 0, 0, 0, 0, 5, 5, 6, 6, 0, 0, 0, 0])
  }

  @Test(
    "keep a network in blocks whose parts fill none, and nothing is reordered",
    arguments: InstructionSet.supported)
  func narrow(instructionSet: InstructionSet) throws {
    let network = try TestNetwork.narrowDense()
    let plan = try Plan(
      graph: network.graph, parameters: network.parameters, input: network.inputShape,
      backends: BackendChoice(TiledBackend()),
      options: PlanOptions(instructionSet: instructionSet))
    var widened = 0
    for index in 0..<plan.stepCount {
      guard let assignment = plan.assignment(ofStep: index) else { continue }
      let value = plan.program.resolved(plan.step(index).inputs[0])
      // Fewer channels than a block are read from planes.
      guard plan.program.shapes[value].planeCount > 1,
        assignment.problem.input.channels >= instructionSet.laneCount
      else { continue }
      #expect(plan.memory.reordered[index] == nil, "\(assignment.node)")
      if assignment.executedProblem.input.channels > assignment.problem.input.channels {
        widened += 1
      }
    }
    // Parts of 12 channels fill blocks of 4, a part of 18 fills none.
    #expect(widened == (instructionSet.laneCount == 4 ? 1 : 3), "\(instructionSet)")
  }
}
