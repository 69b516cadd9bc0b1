import Kernels

/// A backend whose tasks are handed out from the last to the first.
///
/// Tasks of one phase may be done in any order, and on several threads they are. To turn the order around
/// shows what a race would show now and then, every time.
struct ReorderedBackend: BackendWrapper {
  let base: any ConvolutionBackend

  func wrapping(_ base: any ConvolutionBackend) -> ReorderedBackend {
    ReorderedBackend(base: base)
  }

  func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    Prepared(
      right: try base.prepare(problem, weights: weights, bias: bias, fusion: fusion, on: target))
  }

  private struct Prepared: PreparedConvolution {
    let right: any PreparedConvolution

    var taskCounts: [Int] { right.taskCounts }
    var scratchByteCount: Int { right.scratchByteCount }
    var workspaceByteCount: Int { right.workspaceByteCount }
    var packedBytes: Int { right.packedBytes }

    func run(
      phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
    ) {
      unsafe right.run(
        phase: phase, task: right.taskCounts[phase] - 1 - task, input: input, output: output,
        memory: memory)
    }
  }
}
