import Kernels
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
    backend: any ConvolutionBackend = Backends.standard, input: [Float]? = nil
  ) throws -> [Float] {
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(backend), options: options)
    let executor = try Executor(plan: plan, team: WorkerTeam(count: threads))
    let elements = input ?? SmallNetwork.input(shape)
    executor.run(elements.span)
    return executor.value(of: model.graph.output)
  }

  @Test("have the same bits for any number of threads, and again", arguments: Backends.names)
  func threads(name: String) throws {
    let model = try SmallNetwork.model()
    let backend = try #require(Backends.named(name))
    let results = try [1, 2, 3, 7, 2].map {
      try run(model, shape, threads: $0, backend: backend).map(\.bitPattern)
    }
    #expect(Set(results).count == 1)
  }

  @Test("fuse what they say, and only that") func steps() throws {
    let model = try SmallNetwork.model()
    func count(_ passes: Set<Pass>) throws -> Int {
      try Plan(
        graph: model.graph, parameters: model.parameters, input: shape,
        backends: BackendChoice(Backends.standard), options: PlanOptions(passes: passes)
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

  @Test("give nearly the same with each pass switched off", arguments: Pass.allCases)
  func passes(pass: Pass) throws {
    let model = try SmallNetwork.model()
    let all = try run(model, shape)
    var options = PlanOptions.standard
    options.passes.remove(pass)
    for (a, b) in zip(all, try run(model, shape, options: options)) {
      #expect((a - b).magnitude <= 1e-4)
    }
    for (a, b) in zip(all, try run(model, shape, options: .unfused)) {
      #expect((a - b).magnitude <= 1e-4)
    }
  }

  @Test("share memory without changing a bit") func memory() throws {
    let model = try SmallNetwork.model()
    var options = PlanOptions.standard
    let shared = try run(model, shape, options: options)
    options.sharesMemory = false
    #expect(try run(model, shape, options: options) == shared)
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(Backends.standard))
    #expect(plan.activationBytes < plan.unsharedActivationBytes)
  }

  @Test("compute each image of a batch as if it were alone", arguments: Backends.names)
  func batch(name: String) throws {
    let model = try SmallNetwork.model()
    let backend = try #require(Backends.named(name))
    var batched = shape
    batched.batch = 3
    let input = SmallNetwork.input(batched)
    let together = try run(model, batched, backend: backend, input: input)
    for image in 0..<3 {
      let alone = try run(
        model, shape, backend: backend,
        input: Array(input[(image * shape.count)..<((image + 1) * shape.count)]))
      #expect(Array(together[(image * 10)..<((image + 1) * 10)]) == alone)
    }
  }

  @Test("run on any size", arguments: [(32, 32), (33, 47), (96, 64), (61, 129)])
  func sizes(height: Int, width: Int) throws {
    let model = try SmallNetwork.model()
    let shape = TensorShape(channels: 3, height: height, width: width)
    let fast = try run(model, shape)
    let naive = try run(model, shape, options: .unfused, backend: NaiveBackend())
    for (a, b) in zip(fast, naive) { #expect((a - b).magnitude <= 1e-4) }
    #expect((fast.reduce(0, +) - 1).magnitude < 1e-5)
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

  @Test("keep taps readable and change nothing by being watched") func taps() throws {
    let model = try SmallNetwork.model()
    let plain = try run(model, shape)
    let names = model.graph.nodes.map(\.name)
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(Backends.standard), options: PlanOptions(taps: Set(names)))
    let executor = try Executor(plan: plan, team: WorkerTeam(count: 2))
    var seen: [Int] = []
    let input = SmallNetwork.input(shape)
    executor.run(input.span) { seen.append($0) }
    #expect(seen == Array(0..<plan.stepCount))
    for index in names.indices {
      #expect(plan.isMaterialized(index))
      let isFinite = executor.value(of: index).allSatisfy { $0.isFinite }
      #expect(isFinite)
    }
    for (a, b) in zip(plain, executor.value(of: model.graph.output)) {
      #expect((a - b).magnitude <= 1e-4)
    }
  }

  @Test("record who steps in for a backend that refuses") func fallback() throws {
    struct Refusing: ConvolutionBackend {
      let name = "refusing"
      let summary = "refuses what is not pointwise"
      func algorithm(for problem: ConvolutionProblem) -> Algorithm { .direct }
      func refusal(of problem: ConvolutionProblem) -> String? {
        problem.isPointwise ? nil : "it is not pointwise"
      }
      func fusions(for problem: ConvolutionProblem) -> Fusions { [] }
      func prepare(
        _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
        instructionSet: InstructionSet
      ) throws(KernelError) -> any PreparedConvolution {
        try NaiveBackend().prepare(
          problem, weights: weights, bias: bias, fusion: fusion, instructionSet: instructionSet)
      }
    }
    let model = try SmallNetwork.model()
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(Refusing()))
    for step in 0..<plan.stepCount {
      guard let problem = plan.problem(ofStep: step), let used = plan.backends(ofStep: step) else {
        continue
      }
      #expect(used.requested.name == "refusing")
      #expect(used.executed.name == (problem.isPointwise ? "refusing" : "tiled"))
    }
  }
}
