/// A convolution by register tiles: the product of packed weights and packed rows of the input.
///
/// A task computes some rows of one image, or some pixels of it if the convolution is pointwise, for
/// some or all channels of a group. It packs a chunk of its input, multiplies it with the weights of
/// that chunk, panel by panel, adding to what earlier chunks have left in the output.
struct TiledConvolution: PreparedConvolution {
  let geometry: TileGeometry
  let packing: InputPacking
  let panels: TilePanels
  let relu: Bool
  private let offsets: [Int]
  private let panelPieces: Int

  init(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    microkernels: MicrokernelTable, threads: Int
  ) throws(KernelError) {
    let geometry = TileGeometry(problem, lanes: microkernels.laneCount, threads: threads)
    self.geometry = geometry
    packing = try InputPacking(
      geometry: geometry, microkernels: microkernels,
      prologue: .init(
        fusion.prologue, channels: problem.input.channels, lanes: microkernels.laneCount),
      averagePool: fusion.averagePool)
    if !packing.isNeedless { try packing.checkScratch(blocks: geometry.chunk) }
    panels = try TilePanels(geometry, weights: weights, bias: bias)
    relu = fusion.relu
    offsets =
      packing.isNeedless
      ? (0..<geometry.blocks).map { $0 * problem.input.planeCount * microkernels.laneCount }
      : geometry.offsets(blocks: geometry.chunk)
    panelPieces = geometry.panelPieces
  }

  /// Whether the input already lies as the tile reads it.
  private var isDirect: Bool { packing.isNeedless }

  var taskCounts: [Int] { [geometry.regions * panelPieces] }

  var scratchByteCount: Int {
    isDirect ? 0 : packing.scratchCount(blocks: geometry.chunk) * MemoryLayout<Float>.stride
  }

  var packedBytes: Int { panels.byteCount }
  @unsafe var firstWeights: UnsafePointer<Float>? { unsafe panels.first }

  func run(
    phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
  ) {
    let problem = geometry.problem
    let (rest1, panelPiece) = task.quotientAndRemainder(dividingBy: panelPieces)
    let (rest2, columnPiece) = rest1.quotientAndRemainder(dividingBy: geometry.columnPieces)
    let (rest3, rowPiece) = rest2.quotientAndRemainder(dividingBy: geometry.rowPieces)
    let (image, group) = rest3.quotientAndRemainder(dividingBy: problem.groups)
    let region = InputPacking.Region(
      image: image, firstChannel: group * problem.groupInputChannels,
      rows: part(rowPiece, of: geometry.rowPieces, geometry.rows),
      columns: part(columnPiece, of: geometry.columnPieces, geometry.columns))
    let panelRange = part(panelPiece, of: panelPieces, geometry.panels)
    for chunk in 0..<geometry.chunks {
      let blocks = geometry.blocks(ofChunk: chunk)
      var packed = unsafe UnsafePointer(memory.scratch)
      if isDirect {
        unsafe packed =
          input.plane(image, region.firstChannel + blocks.lowerBound * geometry.lanes)
          + region.columns.lowerBound * geometry.lanes
      } else {
        unsafe pack(blocks, of: input, region, into: memory.scratch)
      }
      for panel in panelRange {
        // What is multiplied next, here or in the convolution after this one.
        let isLast = panel == panelRange.upperBound - 1
        let next =
          unsafe !isLast
          ? panels.start(group, chunk, panel + 1)
          : chunk < geometry.chunks - 1
            ? panels.start(group, chunk + 1, panelRange.lowerBound)
            : memory.following ?? panels.first
        unsafe multiply(packed, group, chunk, panel, next: next, region, output)
      }
    }
  }

  private func pack(
    _ blocks: Range<Int>, of input: FeatureView, _ region: InputPacking.Region,
    into target: UnsafeMutablePointer<Float>
  ) {
    if geometry.tapsInLanes {
      unsafe packing.packTaps(
        of: input, region, buffer: target + geometry.chunk * geometry.blockSize, into: target)
      return
    }
    unsafe packing.pack(blocks, of: input, region, into: target)
  }

  /// Multiplies one chunk of the packed input with one panel of weights.
  private func multiply(
    _ packed: UnsafePointer<Float>, _ group: Int, _ chunk: Int, _ panel: Int,
    next: UnsafePointer<Float>, _ region: InputPacking.Region, _ output: MutableFeatureView
  ) {
    let problem = geometry.problem
    let lanes = geometry.lanes
    let channel = group * problem.groupOutputChannels + panel * 2 * lanes
    let isLastChunk = chunk == geometry.chunks - 1
    let terms = geometry.blocks(ofChunk: chunk).count * geometry.tapCount
    let hasSecond = problem.groupOutputChannels > (2 * panel + 1) * lanes
    let weights = unsafe panels.start(group, chunk, panel)
    let target = unsafe output.plane(region.image, channel)
    unsafe offsets.withUnsafeBufferPointer { offsets in
      guard let offsets = offsets.baseAddress else { return }
      for row in region.rows {
        unsafe packing.microkernels.multiply(
          region.columns.count, terms,
          packed + (row - region.rows.lowerBound) * geometry.packedRowsPerRow * geometry.rowSize,
          offsets, weights, next, chunk > 0, panels.bias(group, panel), relu && isLastChunk,
          target + (row * geometry.columns + region.columns.lowerBound) * lanes,
          hasSecond ? problem.output.planeCount * lanes : 0)
      }
    }
  }
}
