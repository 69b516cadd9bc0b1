/// A convolution whose groups are narrower than a register tile, depthwise ones above all: one vector
/// of output channels at a time, multiplied lane by lane.
///
/// The inputs of the lanes may belong to different groups. They are packed so that, for input j of
/// every group, each lane finds the channel that its own group has there.
struct LaneConvolution: PreparedConvolution {
  private let geometry: TileGeometry
  private let packing: InputPacking
  private let relu: Bool
  private let offsets: [Int]

  /// `[output block][input of the group]`: which channels the lanes multiply.
  private let inputs: [InputPacking.LaneChannels]

  /// `[output block][input of the group][kernel row][kernel column][V]`.
  private let weights: AlignedBuffer

  /// `[output block][V]`.
  private let biases: AlignedBuffer

  init(
    _ problem: ConvolutionProblem, weights source: WeightBuffer, bias: [Float]?, fusion: Fusion,
    microkernels: MicrokernelTable, threads: Int
  ) throws(KernelError) {
    let lanes = microkernels.laneCount
    let geometry = TileGeometry(laneByLane: problem, lanes: lanes, threads: threads)
    self.geometry = geometry
    packing = try InputPacking(
      geometry: geometry, microkernels: microkernels,
      prologue: .init(
        fusion.prologue, channels: problem.input.channels, lanes: lanes),
      averagePool: fusion.averagePool)
    relu = fusion.relu
    try packing.checkScratch(blocks: problem.groupInputChannels)
    offsets = geometry.offsets(blocks: problem.groupInputChannels)
    let blocks = (problem.outputChannels + lanes - 1) / lanes
    inputs = (0..<blocks).flatMap { block in
      (0..<problem.groupInputChannels).map { index in
        let channels = (block * lanes..<(block + 1) * lanes).map { channel in
          channel < problem.outputChannels
            ? channel / problem.groupOutputChannels * problem.groupInputChannels + index : -1
        }
        let isRun = channels.indices.allSatisfy { channels[$0] == channels[0] + $0 }
        return isRun ? .run(first: channels[0], count: lanes) : .scattered(channels)
      }
    }
    weights = try AlignedBuffer(
      count: blocks * lanes * problem.depth, packing: problem.weightCount)
    biases = try AlignedBuffer(count: blocks * lanes)
    for channel in 0..<problem.outputChannels {
      let (block, lane) = channel.quotientAndRemainder(dividingBy: lanes)
      if let bias { unsafe biases.pointer[channel] = bias[channel] }
      let from = unsafe source.pointer + channel * problem.depth
      let to = unsafe weights.pointer + (block * problem.depth * lanes + lane)
      for term in 0..<problem.depth { unsafe to[term * lanes] = from[term] }
    }
  }

  private var problem: ConvolutionProblem { geometry.problem }
  private var outputBlocks: Int { (problem.outputChannels + geometry.lanes - 1) / geometry.lanes }

  var taskCounts: [Int] {
    [problem.output.batch * outputBlocks * geometry.rowPieces * geometry.columnPieces]
  }

  var scratchByteCount: Int {
    packing.scratchCount(blocks: problem.groupInputChannels) * MemoryLayout<Float>.stride
  }
  var packedBytes: Int { weights.byteCount + biases.byteCount }

  func run(
    phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
  ) {
    let lanes = geometry.lanes
    let (rest1, columnPiece) = task.quotientAndRemainder(dividingBy: geometry.columnPieces)
    let (rest2, rowPiece) = rest1.quotientAndRemainder(dividingBy: geometry.rowPieces)
    let (image, block) = rest2.quotientAndRemainder(dividingBy: outputBlocks)
    let region = InputPacking.Region(
      image: image, firstChannel: 0, rows: part(rowPiece, of: geometry.rowPieces, geometry.rows),
      columns: part(columnPiece, of: geometry.columnPieces, geometry.columns))
    for index in 0..<problem.groupInputChannels {
      let target = unsafe memory.scratch + index * geometry.blockSize
      let channels = inputs[block * problem.groupInputChannels + index]
      if case .run(let first, lanes) = channels, first % lanes == 0,
        unsafe input.layout == .blocked(lanes)
      {
        unsafe packing.packBlocks(1, from: first, of: input, region, into: target)
      } else {
        unsafe packing.pack(channels, of: input, region, into: target)
      }
    }
    let target = unsafe output.plane(image, block * lanes)
    unsafe offsets.withUnsafeBufferPointer { offsets in
      guard let offsets = offsets.baseAddress else { return }
      for row in region.rows {
        unsafe packing.microkernels.multiplyLanes(
          region.columns.count, problem.depth,
          UnsafePointer(memory.scratch) + (row - region.rows.lowerBound)
            * geometry.packedRowsPerRow * geometry.rowSize,
          offsets, weights.pointer + block * problem.depth * lanes, false,
          biases.pointer + block * lanes, relu,
          target + (row * geometry.columns + region.columns.lowerBound) * lanes)
      }
    }
  }
}
