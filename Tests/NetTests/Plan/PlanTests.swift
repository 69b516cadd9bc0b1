import Formats
import Kernels
import Synchronization
import Net
import TestSupport
import Testing

/// A small dense block with all that the passes look for, and seeded weights.
enum SmallNetwork {
  static func model() throws -> Model {
    try Model("densenet-mini@1", team: WorkerTeam(count: 2))
  }

  static func input(_ shape: TensorShape, seed: UInt64 = 3) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return generator.floats(shape.count).map { ($0 + 1) * 128 }
  }
}

@Suite("Plans") struct PlanTests {
  let shape = TensorShape(channels: 3, height: 64, width: 64)

  func run(
    _ model: Model, _ shape: TensorShape, options: PlanOptions = .standard, threads: Int = 2,
    backend: any ConvolutionBackend = BackendRegistry.builtIn.standard, input: [Float]? = nil
  ) throws -> [Float] {
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(backend), options: options)
    let executor = try Executor(plan: plan, team: WorkerTeam(count: threads))
    let elements = input ?? SmallNetwork.input(shape)
    executor.run(elements.span)
    return executor.value(of: model.graph.output)
  }

  /// Runs a test network; its output.
  func run(
    _ network: TestNetwork, _ input: Tensor<Float>, backend: any ConvolutionBackend,
    options: PlanOptions, threads: Int = 2
  ) throws -> [UInt32] {
    let plan = try Plan(
      graph: network.graph, parameters: network.parameters, input: input.shape,
      backends: BackendChoice(backend), options: options)
    let executor = try Executor(plan: plan, team: WorkerTeam(count: threads))
    executor.run(input.elements.span)
    return executor.value(of: network.graph.output).map(\.bitPattern)
  }

  @Test(
    "have the same bits for any number of threads, and again",
    arguments: BackendRegistry.builtIn.names,
    InstructionSet.supported)
  func threads(name: String, instructionSet: InstructionSet) throws {
    let backend = try #require(BackendRegistry.builtIn[name])
    for network in try TestNetwork.all() {
      let input = network.input(batch: 2)
      let results = try [1, 2, 3, 7, 2].map {
        try run(
          network, input, backend: backend,
          options: PlanOptions(instructionSet: instructionSet), threads: $0)
      }
      #expect(Set(results).count == 1, "\(network)")
    }
  }

  @Test("fuse what they say, and only that") func steps() throws {
    let model = try SmallNetwork.model()
    func count(_ passes: Set<Pass>) throws -> Int {
      try Plan(
        graph: model.graph, parameters: model.parameters, input: shape,
        backends: BackendChoice(BackendRegistry.builtIn.standard),
        options: PlanOptions(passes: passes)
      ).stepCount
    }
    let operations = model.graph.nodes.map(\.operation)
    let nodes = model.graph.nodes.count - 1
    let noOps = operations.count { $0 == .flatten }
    let concatenations = operations.count { $0 == .concatenation }
    let relus = operations.count { $0 == .activation(.relu) }
    #expect(try count([]) == nodes)
    #expect(try count([.dropNoOps]) == nodes - noOps)
    #expect(try count([.placeConcatenation]) == nodes - concatenations)
    #expect(try count([.fuseReLU]) == nodes - relus)
    // One batch norm a unit follows a convolution; so does the stem's.
    let folded = 1 + concatenations
    #expect(try count([.foldBatchNorm]) == nodes - folded)
    let transitions = model.graph.nodes.count {
      $0.name.hasPrefix("TB") && $0.name.contains("conv")
    }
    #expect(try count([.poolBeforeConvolution]) == nodes - transitions)
    // A transition is one step: batch norm, ReLU, convolution and pooling.
    #expect(
      try count(Set(Pass.allCases))
        == nodes - noOps - concatenations - relus - folded - concatenations - 2 * transitions)
  }

  /// Those that only move data.
  ///
  /// What the others change is within the bounds that `Verify` derives, and tested there.
  static let exact: [Pass] = [.dropNoOps, .placeConcatenation, .fetchWeights]

  @Test(
    "have the same bits without a pass that computes nothing else",
    arguments: exact, InstructionSet.supported)
  func exactPasses(pass: Pass, instructionSet: InstructionSet) throws {
    for network in try TestNetwork.all() {
      let (graph, parameters) = (network.graph, network.parameters)
      let input = network.input(batch: 3)
      for backend in BackendRegistry.builtIn.all {
        func bits(_ passes: Set<Pass>) throws -> [UInt32] {
          let plan = try Plan(
            graph: graph, parameters: parameters, input: input.shape,
            backends: BackendChoice(backend),
            options: PlanOptions(passes: passes, instructionSet: instructionSet))
          let executor = try Executor(plan: plan, team: WorkerTeam(count: 2))
          executor.run(input.elements.span)
          return executor.value(of: graph.output).map(\.bitPattern)
        }
        for others in [Set(Pass.allCases), [.chooseLayouts]] {
          #expect(
            try bits(others.union([pass])) == bits(others.subtracting([pass])), "\(backend.name)")
        }
      }
    }
  }

  @Test("share memory without changing a bit", arguments: InstructionSet.supported)
  func memory(instructionSet: InstructionSet) throws {
    for network in try TestNetwork.all() {
      let input = network.input(batch: 3)
      let results = try [true, false].map {
        try run(
          network, input, backend: BackendRegistry.builtIn.standard,
          options: PlanOptions(sharesMemory: $0, instructionSet: instructionSet))
      }
      #expect(results[0] == results[1], "\(network)")
      let plan = try Plan(
        graph: network.graph, parameters: network.parameters, input: input.shape,
        backends: BackendChoice(BackendRegistry.builtIn.standard),
        options: PlanOptions(instructionSet: instructionSet))
      #expect(plan.activationBytes < plan.unsharedActivationBytes)
    }
  }

  @Test(
    "compute each image of a batch as if it were alone", arguments: BackendRegistry.builtIn.names,
    InstructionSet.supported)
  func batch(name: String, instructionSet: InstructionSet) throws {
    let backend = try #require(BackendRegistry.builtIn[name])
    let options = PlanOptions(instructionSet: instructionSet)
    for network in try TestNetwork.all() {
      let input = network.input(batch: 3)
      let together = try run(network, input, backend: backend, options: options)
      let size = network.inputShape.count
      for image in 0..<3 {
        let alone = Tensor(
          shape: network.inputShape,
          elements: Array(input.elements[(image * size)..<((image + 1) * size)]))
        let result = try run(network, alone, backend: backend, options: options)
        #expect(
          Array(together[(image * result.count)..<((image + 1) * result.count)]) == result,
          "\(network), image \(image)")
      }
    }
  }

  @Test("refuse sizes at which a layer vanishes, and taps that are not there") func refused()
    throws
  {
    let model = try SmallNetwork.model()
    for side in [1, 7, 15] {
      #expect(throws: GraphError.self) {
        try run(model, TensorShape(channels: 3, height: side, width: side))
      }
    }
    #expect(throws: GraphError.self) {
      try run(model, TensorShape(channels: 4, height: 64, width: 64))
    }
    #expect(throws: (any Error).self) {
      try run(model, TensorShape(batch: 1 << 40, channels: 3, height: 64, width: 64), input: [])
    }
    #expect(throws: GraphError.self) {
      try run(model, shape, options: PlanOptions(taps: ["no such node"]))
    }
  }

  @Test(
    "keep every tap as it was computed, whatever is computed after it",
    arguments: InstructionSet.supported)
  func taps(instructionSet: InstructionSet) throws {
    for network in try TestNetwork.all() {
      let (graph, parameters) = (network.graph, network.parameters)
      let input = network.input(batch: 3)
      func run(sharesMemory: Bool) throws -> (Executor, atOnce: [Int: [UInt32]]) {
        let plan = try Plan(
          graph: graph, parameters: parameters, input: input.shape,
          backends: BackendChoice(BackendRegistry.builtIn.standard),
          options: PlanOptions(
            taps: Set(graph.nodes.map(\.name)), sharesMemory: sharesMemory,
            instructionSet: instructionSet))
        let executor = try Executor(plan: plan, team: WorkerTeam(count: 2))
        var atOnce: [Int: [UInt32]] = [:]
        var seen: [Int] = []
        executor.run(input.elements.span) { step in
          seen.append(step)
          let node = plan.step(step).output
          atOnce[node] = executor.value(of: node).map(\.bitPattern)
        }
        #expect(seen == Array(0..<plan.stepCount))
        return (executor, atOnce)
      }
      let (shared, atOnce) = try run(sharesMemory: true)
      let (apart, _) = try run(sharesMemory: false)
      for node in graph.nodes.indices {
        #expect(shared.plan.isMaterialized(node))
        let bits = shared.value(of: node).map(\.bitPattern)
        #expect(bits == apart.value(of: node).map(\.bitPattern), "\(graph.nodes[node].name)")
        if let first = atOnce[node] { #expect(bits == first, "\(graph.nodes[node].name)") }
      }
    }
  }

  @Test(
    "decide once who computes a convolution, and again where it becomes another one",
    arguments: InstructionSet.supported)
  func decisions(instructionSet: InstructionSet) throws {
    final class Counts: Sendable {
      let descriptions = Atomic(0)
      let preparations = Atomic(0)
    }
    struct Counting: ConvolutionBackend {
      let name = "counting"
      let summary = "counts what it is asked"
      let counts = Counts()
      func refusal(of problem: ConvolutionProblem) -> String? { nil }
      func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
        -> ConvolutionDescription
      {
        counts.descriptions.add(1, ordering: .relaxed)
        return TiledBackend().description(of: problem, on: target)
      }
      func prepare(
        _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
        on target: ExecutionTarget
      ) throws(KernelError) -> any PreparedConvolution {
        counts.preparations.add(1, ordering: .relaxed)
        return try TiledBackend().prepare(
          problem, weights: weights, bias: bias, fusion: fusion, on: target)
      }
    }
    let model = try SmallNetwork.model()
    let backend = Counting()
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(backend), options: PlanOptions(instructionSet: instructionSet))
    let assignments = plan.assignments
    #expect(assignments.count == backend.counts.preparations.load(ordering: .relaxed))
    // The transitions between dense blocks are asked about what they are with the pooling, and are then
    // assigned as that.
    let pooled = assignments.count { $0.problem.input.height != $0.executedProblem.input.height }
    #expect(pooled == 3)
    // One that reads spare lanes as channels is described with them, too.
    let widened = assignments.count {
      $0.problem.input.channels != $0.executedProblem.input.channels
    }
    #expect(
      backend.counts.descriptions.load(ordering: .relaxed)
        == assignments.count + 2 * pooled + widened)
    for (index, assignment) in zip(
      (0..<plan.stepCount).filter { plan.assignment(ofStep: $0) != nil }, assignments)
    {
      #expect(assignment.node == plan.name(ofStep: index))
      #expect(assignment.executed == "counting" && assignment.requested == "counting")
    }
  }

  @Test("record who steps in for a backend that refuses") func fallback() throws {
    struct Refusing: ConvolutionBackend {
      let name = "refusing"
      let summary = "refuses what is not pointwise"
      func refusal(of problem: ConvolutionProblem) -> String? {
        problem.isPointwise ? nil : "it is not pointwise"
      }
      func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
        -> ConvolutionDescription
      {
        ConvolutionDescription(.direct)
      }
      func prepare(
        _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
        on target: ExecutionTarget
      ) throws(KernelError) -> any PreparedConvolution {
        try NaiveBackend().prepare(
          problem, weights: weights, bias: bias, fusion: fusion, on: target)
      }
    }
    let model = try SmallNetwork.model()
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(Refusing()))
    for step in 0..<plan.stepCount {
      guard let problem = plan.problem(ofStep: step), let used = plan.assignment(ofStep: step)
      else {
        continue
      }
      #expect(used.requested == "refusing")
      #expect(used.executed == (problem.isPointwise ? "refusing" : "tiled"))
    }
  }
}
