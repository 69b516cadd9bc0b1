public import Kernels

/// A graph compiled for one backend choice, batch and input size.
///
/// A plan is immutable and holds the packed weights; any number of ``Executor``s can run it. The way
/// there: graph → shapes → ``Program`` (one step per node) → passes → ``MemoryPlan`` → packed weights.
public struct Plan: Sendable {
  public let program: Program
  let steps: [PreparedStep]
  let memory: MemoryPlan

  /// The target that the convolutions were prepared for.
  public let target: ExecutionTarget

  /// The inner loops that run.
  public var instructionSet: InstructionSet { target.instructionSet }

  /// Whether a convolution prefetches the weights of the next one.
  private let fetchesWeights: Bool

  /// Compiles a graph.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - parameters: The weights. Memory-mapped ones are used in place where the backend can.
  ///   - input: The shape of the input, batch first.
  ///   - backends: Which backend computes each convolution.
  ///   - options: The passes, the nodes to tap, and how memory and inner loops are chosen.
  /// - Throws: ``GraphError`` that names the node at fault, or ``KernelError``. A plan that fails
  ///   ``check()`` is not returned.
  public init(
    graph: Graph, parameters: Parameters, input: TensorShape, backends: BackendChoice,
    options: PlanOptions = .standard
  ) throws {
    let shapes = try graph.shapes(input: input, parameters: parameters)
    var kept: Set<Int> = []
    for tap in options.taps {
      guard let index = graph.index(named: tap) else {
        throw GraphError(.notAGraph, node: tap, "there is no such node to tap")
      }
      kept.insert(index)
    }
    let instructionSet = try options.instructionSet ?? .selected()
    let target = ExecutionTarget(instructionSet, threads: options.threads)
    self.target = target
    var program = try Program(
      graph: graph, shapes: shapes, kept: kept, backends: backends, target: target)
    for pass in Pass.allCases where options.passes.contains(pass) {
      try pass.apply(to: &program)
    }
    fetchesWeights = options.passes.contains(.fetchWeights)
    let layouts = LayoutPlan(
      program,
      blockWidth: options.passes.contains(.chooseLayouts) ? instructionSet.laneCount : 1)
    program.widenProblems(layouts)
    self.program = program
    var memory = try MemoryPlan(program, layouts: layouts, sharing: options.sharesMemory)
    var steps: [PreparedStep] = []
    for (index, step) in program.steps.enumerated() {
      if let wanted = options.preparedNodes,
        !step.nodes.contains(where: { wanted.contains(graph.nodes[$0].name) })
      {
        steps.append(PreparedStep(idle: step))
        continue
      }
      steps.append(
        try PreparedStep(
          step, at: index, program: program, parameters: parameters, memory: memory,
          target: target))
      // Weights that have been packed into a copy need not stay in memory.
      if let prepared = steps.last, prepared.packedBytes > 0 || step.foldsNorm {
        parameters.dropResidentPages()
      }
    }
    self.steps = steps
    memory.addScratch(for: steps)
    self.memory = memory
    try check()
  }

  public var graph: Graph { program.graph }

  /// The shape of the input.
  public var inputShape: TensorShape { program.shapes[graph.input] }

  /// The number of steps.
  public var stepCount: Int { steps.count }

  /// A step by its place.
  public func step(_ index: Int) -> Step { steps[index].step }

  /// The name of a step: that of its convolution, or of its node.
  public func name(ofStep index: Int) -> String {
    graph.nodes[steps[index].step.mainNode].name
  }

  /// Who computes a step's convolution, and how; nil for other steps.
  public func assignment(ofStep index: Int) -> Assignment? {
    program.assignment(of: steps[index].step)
  }

  /// Who computes the convolutions, in the order of the steps.
  public var assignments: [Assignment] { steps.indices.compactMap(assignment(ofStep:)) }

  /// The convolution that a step computes, as the graph defines it, if it computes one.
  public func problem(ofStep index: Int) -> ConvolutionProblem? {
    assignment(ofStep: index)?.problem
  }

  /// Whether a node's value exists, after the step that computes it has run.
  package func isMaterialized(_ node: Int) -> Bool {
    memory.locations[program.resolved(node)] != nil
  }

  /// The memory that a run needs for activations, in bytes.
  public var activationBytes: Int { memory.byteCount }

  /// The memory that activations would need if no two buffers shared any, in bytes.
  public var unsharedActivationBytes: Int { memory.unsharedByteCount }

  /// The memory that steps use while they run, on a number of threads, in bytes.
  public func scratchBytes(threads: Int) -> Int {
    memory.scratch.byteCount * threads + memory.scratch.sharedByteCount
  }

  /// The memory of weights that backends packed, in bytes.
  public var packedBytes: Int { steps.reduce(0) { $0 + $1.packedBytes } }

  /// The weights of the first convolution from a step on; nil if they are not to be fetched.
  @unsafe
  func firstWeights(from index: Int) -> UnsafePointer<Float>? {
    guard fetchesWeights else { return nil }
    for step in steps[min(index, steps.count)...] {
      if case .convolution(let placed) = step.work { return unsafe placed.prepared.firstWeights }
    }
    return nil
  }
}
