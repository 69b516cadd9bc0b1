import Kernels

/// A backend that takes subnormal weights for zero and gives zero for subnormal results, as a processor
/// does that is set to flush them.
struct FlushingBackend: ConvolutionBackend {
  let name = "flushing"
  let summary = "without subnormal numbers"

  func algorithm(for problem: ConvolutionProblem) -> Algorithm { .reassociated }
  func refusal(of problem: ConvolutionProblem) -> String? { nil }
  func fusions(for problem: ConvolutionProblem) -> Fusions { [] }

  func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    instructionSet: InstructionSet
  ) throws(KernelError) -> any PreparedConvolution {
    let flushed = weights.withElements { elements in
      WeightBuffer(elements.indices.map { elements[$0].isSubnormal ? 0 : elements[$0] })
    }
    return Prepared(
      right: try NaiveBackend().prepare(
        problem, weights: flushed, bias: bias, fusion: fusion, instructionSet: instructionSet),
      problem: problem)
  }

  struct Prepared: PreparedConvolution {
    let right: any PreparedConvolution
    let problem: ConvolutionProblem

    var taskCounts: [Int] { right.taskCounts }
    var scratchCount: Int { right.scratchCount }
    var packedBytes: Int { right.packedBytes }

    func run(
      phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
    ) {
      right.run(phase: phase, task: task, input: input, output: output, memory: memory)
      let (image, channel) = task.quotientAndRemainder(dividingBy: problem.outputChannels)
      let values = output.plane(image, channel)
      for i in 0..<problem.output.planeCount where values[i].isSubnormal { values[i] = 0 }
    }
  }
}
