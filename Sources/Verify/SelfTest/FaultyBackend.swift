package import Kernels

/// A backend with one fault.
struct FaultyBackend: BackendWrapper {
  let base: any ConvolutionBackend
  let fault: Fault

  /// Whether a convolution can have the fault in a backend.
  ///
  /// - Parameters:
  ///   - problem: One that the backend does not refuse, without surroundings.
  ///   - target: What it is prepared for.
  /// - Returns: Whether the fault has an effect that could be seen.
  /// - Throws: ``KernelError`` if the convolution cannot be prepared.
  func canStrike(_ problem: ConvolutionProblem, on target: ExecutionTarget) throws -> Bool {
    guard fault.misconduct == .dependsOnOrder else { return true }
    // One task after the other has one order.
    let zeros = WeightBuffer([Float](repeating: 0, count: problem.weightCount))
    return try base.prepare(problem, weights: zeros, bias: nil, fusion: .none, on: target)
      .taskCounts.contains { $0 > 1 }
  }

  var summary: String { "\(base.name), where \(fault.summary)" }

  func wrapping(_ base: any ConvolutionBackend) -> FaultyBackend {
    FaultyBackend(base: base, fault: fault)
  }

  func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    let faultTarget = Fault.Target(
      problem: problem, hasBias: bias != nil, fusion: fusion,
      fusions: base.description(of: problem, on: target).fusions)
    let given = weights
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
    case .output, .task, .memory, .misconduct, .none:
      break
    }
    let prepared = try base.prepare(
      struck, weights: weights, bias: bias, fusion: fusion, on: target)
    return Prepared(
      right: prepared, site: fault.canStrike(faultTarget) ? fault.site : .none, target: faultTarget,
      misconduct: misconduct(in: prepared, weights: given, threads: target.threads))
  }

  private func misconduct(
    in prepared: any PreparedConvolution, weights: WeightBuffer, threads: Int
  ) -> MisconductState? {
    guard let misconduct = fault.misconduct else { return nil }
    return MisconductState(
      misconduct, weights: weights, threads: threads, taskCounts: prepared.taskCounts)
  }

  /// A prepared convolution followed by the fault's effect on its result.
  struct Prepared: PreparedConvolution {
    let right: any PreparedConvolution
    let site: Fault.Site
    let target: Fault.Target
    let misconduct: MisconductState?

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
        unsafe runRight(phase, task, input, output, memory)
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
      case .misconduct:
        unsafe misconduct?.strike(input: input, output: output)
      case .weights, .surroundings, .geometry, .task, .none:
        break
      }
    }

    @unsafe
    private func runRight(
      _ phase: Int, _ task: Int, _ input: FeatureView, _ output: MutableFeatureView,
      _ memory: TaskMemory
    ) {
      guard let misconduct else {
        unsafe right.run(phase: phase, task: task, input: input, output: output, memory: memory)
        return
      }
      misconduct.run(phase: phase, task: task) {
        unsafe right.run(phase: phase, task: task, input: input, output: output, memory: memory)
      }
    }
  }
}

extension BackendRegistry {
  /// The built-in backends with one fault, for a process that runs them apart from what judges them.
  ///
  /// - Parameter name: The fault's name.
  /// - Returns: One for each listed backend, under its name; none if there is no such fault.
  package static func faulty(_ name: String) -> [any ConvolutionBackend] {
    guard let fault = Fault.catalogue.first(where: { $0.name == name }) else { return [] }
    return builtIn.all.map { FaultyBackend(base: $0, fault: fault) }
  }
}
