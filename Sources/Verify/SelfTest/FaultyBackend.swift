import Kernels

/// A backend with one fault.
struct FaultyBackend: ConvolutionBackend {
  let base: any ConvolutionBackend
  let fault: Fault

  var name: String { base.name }
  var summary: String { "\(base.name), where \(fault.summary)" }

  func algorithm(for problem: ConvolutionProblem) -> Algorithm { base.algorithm(for: problem) }
  func refusal(of problem: ConvolutionProblem) -> String? { base.refusal(of: problem) }
  func fusions(for problem: ConvolutionProblem) -> Fusions { base.fusions(for: problem) }

  func layouts(for problem: ConvolutionProblem, instructionSet: InstructionSet)
    -> ConvolutionLayouts
  {
    base.layouts(for: problem, instructionSet: instructionSet)
  }

  func delegate(for problem: ConvolutionProblem, instructionSet: InstructionSet)
    -> any ConvolutionBackend
  {
    FaultyBackend(
      base: base.delegate(for: problem, instructionSet: instructionSet), fault: fault)
  }

  func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    instructionSet: InstructionSet
  ) throws(KernelError) -> any PreparedConvolution {
    let target = Fault.Target(
      problem: problem, hasBias: bias != nil, fusion: fusion,
      fusions: base.fusions(for: problem))
    var weights = weights
    var bias = bias
    var fusion = fusion
    var struck = problem
    switch fault.canStrike(target) ? fault.site : .none {
    case .weights(let strike):
      var elements = weights.withElements { span in span.indices.map { span[$0] } }
      strike(&elements, target)
      weights = WeightBuffer(elements)
    case .surroundings(let strike):
      strike(&bias, &fusion)
    case .geometry(let strike):
      struck = strike(problem) ?? problem
    case .output, .task, .memory, .none:
      break
    }
    let prepared = try base.prepare(
      struck, weights: weights, bias: bias, fusion: fusion, instructionSet: instructionSet)
    return Prepared(
      right: prepared, site: fault.canStrike(target) ? fault.site : .none, target: target)
  }

  /// A prepared convolution that is followed by what the fault does to its result.
  struct Prepared: PreparedConvolution {
    let right: any PreparedConvolution
    let site: Fault.Site
    let target: Fault.Target

    /// A last phase of one task strikes when the result is complete.
    var taskCounts: [Int] { right.taskCounts + [1] }
    var scratchCount: Int { max(1, right.scratchCount) }
    var workspaceCount: Int { right.workspaceCount }
    var packedBytes: Int { right.packedBytes }

    func run(
      phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
    ) {
      let counts = right.taskCounts
      guard phase == counts.count else {
        if case .task = site, phase == counts.count - 1, task == counts[phase] - 1 { return }
        unsafe right.run(phase: phase, task: task, input: input, output: output, memory: memory)
        return
      }
      switch site {
      case .output(let strike):
        var result = unsafe Fault.Output(output)
        strike(&result, target)
      case .memory(.writesBehind):
        let shape = unsafe output.shape
        let end =
          unsafe (shape.batch - 1) * output.batchStride
          + output.layout.imageCount(of: shape)
        unsafe output.base[(end + 15) / 16 * 16] = 1
      case .memory(.readsScratch):
        unsafe output.plane(0, 0)[0] += memory.scratch[0]
      case .weights, .surroundings, .geometry, .task, .none:
        break
      }
    }
  }
}
