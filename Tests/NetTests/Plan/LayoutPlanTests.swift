import Glibc
import Kernels
import TestSupport
import Testing

@testable import Net

@Suite("Layouts of a plan") struct LayoutPlanTests {
  let shape = TensorShape(channels: 3, height: 64, width: 64)

  func plan(
    _ backend: any ConvolutionBackend, without passes: Set<Pass> = [],
    instructionSet: InstructionSet = .baseline
  ) throws -> Plan {
    let model = try SmallNetwork.model()
    return try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(backend),
      options: PlanOptions(
        passes: Set(Pass.allCases).subtracting(passes), instructionSet: instructionSet))
  }

  /// Every part of its concatenations begins where a block of 4, 8 or 16 channels does.
  static let aligned = DenseNetArchitecture(
    name: "aligned", growth: 16, blocks: [2, 2, 2, 2], initialChannels: 32, classes: 10)

  @Test("need no reordering where all agree", arguments: InstructionSet.supported)
  func agreed(instructionSet: InstructionSet) throws {
    let graph = try Self.aligned.graph()
    let parameters = try Parameters.seeded(
      for: Self.aligned, seed: 1, team: WorkerTeam(count: 2))
    for backend in [TiledBackend(), WinogradBackend()] as [any ConvolutionBackend] {
      let plan = try Plan(
        graph: graph, parameters: parameters, input: shape, backends: BackendChoice(backend),
        options: PlanOptions(instructionSet: instructionSet))
      #expect(plan.memory.reordered.isEmpty, "\(backend.name)")
      // The picture stays in planes, and the maps behind the stem lie in blocks.
      let input = try #require(plan.memory.locations[plan.graph.input])
      #expect(input.layout == .planar)
      let pooled = try #require(plan.graph.index(named: "pooling0"))
      let location = try #require(plan.memory.locations[plan.program.resolved(pooled)])
      #expect(location.layout == .blocked(instructionSet.laneCount))
    }
  }

  @Test("are planes for a backend that wants planes", arguments: InstructionSet.supported)
  func planar(instructionSet: InstructionSet) throws {
    let plan = try plan(Im2colOpenBLASBackend(), instructionSet: instructionSet)
    #expect(plan.memory.reordered.isEmpty)
    for (node, location) in plan.memory.locations
    where plan.program.shapes[node].planeCount > 1 {
      #expect(location.layout == .planar, "\(plan.graph.nodes[node].name)")
    }
  }

  @Test(
    "are reordered around every step when the pass is left out",
    arguments: InstructionSet.supported)
  func reordered(instructionSet: InstructionSet) throws {
    let plan = try plan(
      TiledBackend(), without: [.chooseLayouts], instructionSet: instructionSet)
    let convolutions = (0..<plan.stepCount).filter { plan.problem(ofStep: $0) != nil }
    #expect(Set(plan.memory.reordered.keys) == Set(convolutions))
  }

  @Test(
    "of two backends at odds give the bits of a plan without blocks",
    arguments: InstructionSet.supported)
  func mixed(instructionSet: InstructionSet) throws {
    let model = try SmallNetwork.model()
    let input = SmallNetwork.input(shape)
    let convolutions = model.graph.nodes.filter {
      if case .convolution = $0.operation { true } else { false }
    }.map(\.name)
    // Every other convolution on planes.
    let odd = Dictionary(
      uniqueKeysWithValues: convolutions.enumerated().filter { $0.offset % 2 == 1 }.map {
        ($0.element, Im2colOpenBLASBackend() as any ConvolutionBackend)
      })
    let results = try [Set(Pass.allCases), Set(Pass.allCases).subtracting([.chooseLayouts])].map {
      let plan = try Plan(
        graph: model.graph, parameters: model.parameters, input: shape,
        backends: BackendChoice(TiledBackend(), overrides: odd),
        options: PlanOptions(passes: $0, instructionSet: instructionSet))
      #expect(!plan.memory.reordered.isEmpty)
      let executor = try Executor(plan: plan, team: WorkerTeam(count: 2))
      executor.run(input.span)
      return executor.value(of: model.graph.output).map(\.bitPattern)
    }
    #expect(results[0] == results[1])
  }

  /// In a process of its own: what other tests take meanwhile would count as well.
  @Test(
    "leave nothing behind when plans come and go",
    .enabled(if: getenv("ASAN_OPTIONS") == nil, "AddressSanitizer keeps what is freed"))
  func leaks() async {
    await #expect(processExitsWith: .success) {
      let layouts = LayoutPlanTests()
      func comeAndGo() throws {
        let executor = try Executor(
          plan: layouts.plan(AutoBackend()), team: WorkerTeam(count: 3))
        executor.run(SmallNetwork.input(layouts.shape).span)
      }
      for _ in 0..<10 { try comeAndGo() }
      let before = try #require(Self.residentBytes())
      for _ in 0..<60 { try comeAndGo() }
      let growth = try #require(Self.residentBytes()) - before
      let sample = try layouts.plan(AutoBackend())
      let one = sample.packedBytes + sample.activationBytes
      #expect(growth < 5 * one, "60 plans left \(growth) bytes; one takes \(one)")
    }
  }

  /// The memory of this process that is in use, in bytes.
  static func residentBytes() -> Int? {
    guard let file = fopen("/proc/self/statm", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 200)
    guard fgets(&line, 200, file) != nil else { return nil }
    let fields = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .split(separator: " ")
    return fields.dropFirst().first.flatMap { Int($0) }.map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
  }
}
