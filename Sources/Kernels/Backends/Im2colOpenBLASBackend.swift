/// Convolution as a matrix product: columns of input patches are gathered and multiplied by the
/// weights with OpenBLAS's `sgemm`.
///
/// The columns of one piece of the output are gathered at a time, so that they stay in the cache and
/// no buffer of the whole column matrix is needed. A pointwise convolution without a prologue
/// gathers nothing.
public struct Im2colOpenBLASBackend: ConvolutionBackend {
  public let name = "im2col-openblas"
  public let summary = "patches as columns, multiplied by OpenBLAS; computes every problem"

  public init() {}

  public func refusal(of problem: ConvolutionProblem) -> String? {
    if let absence = OpenBLAS.absence { return "OpenBLAS cannot be loaded: \(absence)" }
    // OpenBLAS takes 32-bit sizes. The channels are fewer by ``ConvolutionProblem/largestExtent``.
    let sizes = [problem.output.planeCount, problem.input.planeCount, problem.depth]
    guard let size = sizes.first(where: { $0 > Int(Int32.max) }) else { return nil }
    return "a matrix side of \(size) exceeds the \(Int32.max) of BLAS"
  }

  public func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    ConvolutionDescription(.reassociated, fusions: [.prologue, .relu])
  }

  public func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    try validate(problem, weights, bias)
    let prepared = Prepared(
      problem: problem, weights: weights, bias: bias, fusion: fusion,
      microkernels: target.instructionSet.microkernels)
    try validate(scratchBytes: prepared.scratchByteCount, for: problem)
    return prepared
  }

  struct Prepared: PreparedConvolution {
    let problem: ConvolutionProblem
    let weights: WeightBuffer
    let bias: [Float]?
    let fusion: Fusion
    let microkernels: MicrokernelTable

    /// Output pixels of a task.
    let pixels: Int

    /// Output channels of a task.
    let channels: Int

    var pixelTasks: Int { (problem.output.planeCount + pixels - 1) / pixels }
    var channelTasks: Int { (problem.groupOutputChannels + channels - 1) / channels }
    var taskCounts: [Int] { [problem.output.batch * problem.groups * pixelTasks * channelTasks] }
    var gathers: Bool { !problem.isPointwise || fusion.prologue != nil }
    var scratchByteCount: Int {
      .clampedProduct(gathers ? problem.depth * pixels : 0, MemoryLayout<Float>.stride)
    }
    var packedBytes: Int { 0 }

    init(
      problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
      microkernels: MicrokernelTable
    ) {
      self.problem = problem
      self.weights = weights
      self.bias = bias
      self.fusion = fusion
      self.microkernels = microkernels
      let tiling = Self.tiling(problem)
      pixels = tiling.pixels
      channels = tiling.channels
    }

    /// Cuts the output of a group into tasks.
    ///
    /// The columns of a task should stay in the cache, about a megabyte; but `sgemm` packs the
    /// weights again for each task, which a narrow task does not pay back. An output that would be one
    /// task is cut again, so that there is something to share: by pixels, which packs the weights twice,
    /// or by channels, which gathers and packs the columns twice, whichever is less.
    static func tiling(_ problem: ConvolutionProblem) -> (pixels: Int, channels: Int) {
      let plane = problem.output.planeCount
      let channels = problem.groupOutputChannels
      // A sum of a million products fills the cache alone; many pixels of it would fill the memory.
      let wanted = max(1, min(48, (1 << 26) / problem.depth), (1 << 18) / problem.depth)
      var pieces = (plane + wanted - 1) / wanted
      var parts = 1
      if pieces == 1 {
        if plane >= 32, 2 * plane + 2 * channels < 4 * plane + channels {
          pieces = 2
        } else if channels >= 64 {
          parts = min(4, channels / 32)
        }
      }
      let even = (plane + pieces - 1) / pieces
      let rounded = even < 8 ? even : (even + 7) / 8 * 8
      return (min(plane, rounded), (channels + parts - 1) / parts)
    }

    func run(
      phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
    ) {
      let (rest, pixelTask) = task.quotientAndRemainder(dividingBy: pixelTasks)
      let (outer, channelTask) = rest.quotientAndRemainder(dividingBy: channelTasks)
      let (image, group) = outer.quotientAndRemainder(dividingBy: problem.groups)
      let firstPixel = pixelTask * pixels
      let count = min(pixels, problem.output.planeCount - firstPixel)
      let firstChannel = group * problem.groupOutputChannels + channelTask * channels
      let channelCount = min(channels, problem.groupOutputChannels - channelTask * channels)
      let inputChannel = group * problem.groupInputChannels

      let columns: UnsafePointer<Float>
      let columnStride: Int
      if gathers {
        let gather = Im2col(
          problem: problem, prologue: fusion.prologue, microkernels: microkernels)
        unsafe gather.columns(
          of: input, image: image, firstChannel: inputChannel,
          pixels: firstPixel..<(firstPixel + count), into: memory.scratch)
        unsafe columns = UnsafePointer(memory.scratch)
        columnStride = count
      } else {
        unsafe columns = input.plane(image, inputChannel) + firstPixel
        columnStride = problem.input.planeCount
      }
      let target = unsafe output.plane(image, firstChannel) + firstPixel
      unsafe OpenBLAS.multiply(
        m: channelCount, n: count, k: problem.depth,
        a: weights.pointer + firstChannel * problem.depth, aStride: problem.depth, b: columns,
        bStride: columnStride, c: target, cStride: problem.output.planeCount)
      guard bias != nil || fusion.relu else { return }
      for c in 0..<channelCount {
        let row = unsafe target + c * problem.output.planeCount
        unsafe microkernels.scaleShift(
          count, UnsafePointer(row), 1, bias?[firstChannel + c] ?? 0, fusion.relu, row)
      }
    }
  }
}
