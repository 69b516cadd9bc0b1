import Kernels

/// A backend with one fault.
struct FaultyBackend: ConvolutionBackend {
  let base: any ConvolutionBackend
  let fault: Fault

  var name: String { base.name }
  var summary: String { "\(base.name), where \(fault.summary)" }

  func refusal(of problem: ConvolutionProblem) -> String? { base.refusal(of: problem) }

  func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    base.description(of: problem, on: target)
  }

  func delegate(for problem: ConvolutionProblem, on target: ExecutionTarget)
    -> any ConvolutionBackend
  {
    FaultyBackend(base: base.delegate(for: problem, on: target), fault: fault)
  }

  func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    let faultTarget = Fault.Target(
      problem: problem, hasBias: bias != nil, fusion: fusion,
      fusions: base.description(of: problem, on: target).fusions)
    var weights = weights
    var bias = bias
    var fusion = fusion
    var struck = problem
    switch fault.canStrike(faultTarget) ? fault.site : .none {
    case .weights(let strike):
      var elements = weights.withElements { span in span.indices.map { span[$0] } }
      strike(&elements, faultTarget)
      weights = WeightBuffer(elements)
    case .surroundings(let strike):
      strike(&bias, &fusion)
    case .geometry(let strike):
      struck = strike(problem) ?? problem
    case .output, .task, .memory, .none:
      break
    }
    let prepared = try base.prepare(
      struck, weights: weights, bias: bias, fusion: fusion, on: target)
    return Prepared(
      right: prepared, site: fault.canStrike(faultTarget) ? fault.site : .none, target: faultTarget)
  }

  /// A prepared convolution followed by the fault's effect on its result.
  struct Prepared: PreparedConvolution {
    let right: any PreparedConvolution
    let site: Fault.Site
    let target: Fault.Target

    /// A last phase of one task strikes when the result is complete.
    var taskCounts: [Int] { right.taskCounts + [1] }
    /// One element more than the kernel uses, for a fault to read.
    var scratchByteCount: Int { right.scratchByteCount + MemoryLayout<Float>.stride }
    var workspaceByteCount: Int { right.workspaceByteCount }
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
        unsafe output.plane(0, 0)[0] +=
          memory.scratch[right.scratchByteCount / MemoryLayout<Float>.stride]
      case .weights, .surroundings, .geometry, .task, .none:
        break
      }
    }
  }
}
