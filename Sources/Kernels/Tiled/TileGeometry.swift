/// How a tiled convolution lays out its input and cuts its sums and its output.
///
/// A sum runs over *blocks*, each of V products: V input channels at one tap of the kernel or, where
/// there are fewer channels than lanes, V neighbouring (tap, channel) pairs of one kernel row. The
/// input of a task is packed as `[block][row][phase][position][V]`, zeros around it included, so that
/// the register tile finds consecutive pixels side by side whatever the stride: column
/// `s · position + phase` of an input row belongs to one of s stride phases. Where windows, or their
/// kernel taps, are so far apart that most of what is between would be packed for nothing, each kernel
/// tap has its own rows or columns instead: memory goes by what is read.
struct TileGeometry: Sendable {
  let problem: ConvolutionProblem

  /// V: the lanes of a vector.
  let lanes: Int

  /// Whether all the kernel taps of a row share a block.
  let tapsInLanes: Bool

  /// The blocks of a group's sums, at one row of the kernel in the case of ``tapsInLanes``, at one
  /// tap otherwise.
  let blocks: Int

  /// The columns of the kernel where a block is read, in each of its rows.
  let tapColumns: Int

  /// Whether each row of the kernel has its own packed rows, and each column packed columns.
  let rowsApart: Bool
  let columnsApart: Bool

  /// The blocks whose weights, for two vectors of outputs, should stay in the first-level cache.
  let chunk: Int

  /// The output as the tasks see it: a pointwise convolution has one long row.
  let rows: Int
  let columns: Int

  /// The rows and columns of the largest task.
  let taskRows: Int
  let taskColumns: Int

  /// The pieces into which rows and columns are cut.
  let rowPieces: Int
  let columnPieces: Int

  /// The bytes of first-level cache that one panel of weights may take: half of the smallest in use.
  private static let panelBytes = 16 << 10

  /// The bytes that a task's packed input may take in the second-level cache.
  private static let packedBytes = 160 << 10

  /// The pixels of a pointwise task.
  ///
  /// They are enough that the weights, which each task reads again, come from the third-level cache fast
  /// enough, and few enough that small maps make several tasks.
  private static let pointwisePixels = 98

  /// Below this number of pixels, tasks are cut by channels instead.
  private static let leastPixels = 12

  /// The number of threads to provide work for, at least two.
  ///
  /// How a convolution is cut changes no bit of its result: every sum runs in one order.
  private let threads: Int

  /// The geometry of register tiles.
  init(_ problem: ConvolutionProblem, lanes: Int, threads: Int = 2) {
    let channels = problem.groupInputChannels
    let kernel = problem.kernel
    let perTap = (channels + lanes - 1) / lanes
    let perRow = (channels * kernel.width + lanes - 1) / lanes
    // The row buffer of kernel taps in lanes holds what is between the taps, too.
    let columns = problem.output.width
    let between = Self.span(
      columns, stride: problem.stride.width, kernel: kernel.width,
      dilation: problem.dilation.width)
    let inLanes =
      perRow < perTap * kernel.width
      && between <= max(Self.leastSpan, columns * kernel.width)
    self.init(
      problem, lanes: lanes, threads: threads, tapsInLanes: inLanes,
      blocks: inLanes ? perRow : perTap)
  }

  /// The geometry of sums lane by lane, with one block for each input channel of a group.
  init(laneByLane problem: ConvolutionProblem, lanes: Int, threads: Int = 2) {
    self.init(
      problem, lanes: lanes, threads: threads, tapsInLanes: false,
      blocks: problem.groupInputChannels)
  }

  private init(
    _ problem: ConvolutionProblem, lanes: Int, threads: Int, tapsInLanes: Bool, blocks: Int
  ) {
    let threads = max(2, threads)
    self.problem = problem
    self.threads = threads
    self.lanes = lanes
    self.tapsInLanes = tapsInLanes
    self.blocks = blocks
    let kernel = problem.kernel
    tapColumns = tapsInLanes ? 1 : kernel.width
    let panel =
      kernel.height * tapColumns * lanes * 2 * lanes * MemoryLayout<Float>.stride
    // A row of the input that several kernel taps share is packed once, for all blocks.
    let most = tapsInLanes ? max(1, blocks) : max(1, Self.panelBytes / panel)
    let chunks = (blocks + most - 1) / most
    chunk = (blocks + chunks - 1) / chunks

    let isPointwise = problem.isPointwise
    rows = isPointwise ? 1 : problem.output.height
    columns = isPointwise ? problem.output.planeCount : problem.output.width
    var rowPieces = 1
    var columnPieces = 1
    let images = problem.output.batch * problem.groups
    let together =
      kernel.width == 1
      ? columns
      : problem.stride.width
        * (columns + (kernel.width - 1) * problem.dilation.width / problem.stride.width)
    columnsApart = !tapsInLanes && columns * kernel.width < together
    if isPointwise {
      columnPieces = max(1, (columns + Self.pointwisePixels / 2) / Self.pointwisePixels)
      if columnPieces * images < threads {
        columnPieces = min(
          (threads + images - 1) / images, max(1, columns / Self.leastPixels))
      }
    } else {
      // As many rows as fit in the cache with their halo, but enough tasks to share.
      let rowBytes = Int.clampedProduct(
        columnsApart ? columns * kernel.width : problem.input.width, lanes, chunk,
        MemoryLayout<Float>.stride, tapsInLanes ? kernel.width : 1)
      let fitting = max(
        1,
        (Self.packedBytes / max(1, rowBytes) - (kernel.height - 1) * problem.dilation.height)
          / problem.stride.height)
      let shared = max(1, rows * images / max(8, 2 * threads))
      rowPieces = (rows + min(fitting, shared) - 1) / min(fitting, shared)
    }
    self.rowPieces = rowPieces
    self.columnPieces = columnPieces
    taskRows = (rows + rowPieces - 1) / rowPieces
    taskColumns = (columns + columnPieces - 1) / columnPieces
    rowsApart =
      kernel.height == 1
      || taskRows * kernel.height
        < Self.span(
          taskRows, stride: problem.stride.height, kernel: kernel.height,
          dilation: problem.dilation.height)
  }

  /// The terms of each block: the places of the kernel where it is read.
  var tapCount: Int { problem.kernel.height * tapColumns }

  /// The rows or columns from the first to the last that a number of windows read.
  static func span(_ windows: Int, stride: Int, kernel: Int, dilation: Int) -> Int {
    (windows - 1) * stride + (kernel - 1) * dilation + 1
  }

  /// The columns between kernel taps up to which their cost is negligible.
  private static let leastSpan = 4096

  /// The chunks of a sum.
  var chunks: Int { (blocks + chunk - 1) / chunk }

  /// The blocks of one chunk.
  func blocks(ofChunk index: Int) -> Range<Int> {
    (index * chunk)..<min(blocks, (index + 1) * chunk)
  }

  /// The tasks that share the pixels of all images and groups.
  var regions: Int { problem.output.batch * problem.groups * rowPieces * columnPieces }

  /// The parts into which the panels are cut, where the pixels make too few tasks: each part packs its
  /// input again.
  var panelPieces: Int {
    let wanted = regions == 1 ? max(8, threads) : threads / regions
    return max(1, min(panels, wanted))
  }

  /// The pairs of output vectors of a group.
  var panels: Int { (problem.groupOutputChannels + 2 * lanes - 1) / (2 * lanes) }

  // MARK: - Packed input

  /// The packed rows from one output row to the next.
  var packedRowsPerRow: Int { rowsApart ? problem.kernel.height : problem.stride.height }

  /// The packed rows of a number of output rows.
  func packedRows(_ rows: Int) -> Int {
    rowsApart
      ? rows * problem.kernel.height
      : Self.span(
        rows, stride: problem.stride.height, kernel: problem.kernel.height,
        dilation: problem.dilation.height)
  }

  /// The input row that a packed row holds, which may be in the padding.
  func inputRow(ofPacked row: Int, firstOutputRow first: Int) -> Int {
    let top = first * problem.stride.height - problem.padding.top
    guard rowsApart else { return top + row }
    let (output, tap) = row.quotientAndRemainder(dividingBy: problem.kernel.height)
    return top + output * problem.stride.height + tap * problem.dilation.height
  }

  /// The stride phases of a packed row.
  var phases: Int {
    if tapsInLanes || problem.kernel.width == 1 { return 1 }
    return columnsApart ? problem.kernel.width : problem.stride.width
  }

  /// The input columns from the first of a row to the first of a stride phase.
  func firstColumn(ofPhase phase: Int) -> Int {
    columnsApart ? phase * problem.dilation.width : phase
  }

  /// The positions of each stride phase in the largest task.
  var positions: Int {
    guard !tapsInLanes, !columnsApart else { return taskColumns }
    return taskColumns + (problem.kernel.width - 1) * problem.dilation.width / problem.stride.width
  }

  /// The elements of a packed row, and of a packed block.
  var rowSize: Int { phases * positions * lanes }
  var blockSize: Int { Int.clampedProduct(packedRows(taskRows), rowSize) }

  /// Where the terms of the first blocks of a packed input begin, in the order of the weights.
  func offsets(blocks: Int) -> [Int] {
    var offsets: [Int] = []
    offsets.reserveCapacity(blocks * tapCount)
    for block in 0..<blocks {
      for row in 0..<problem.kernel.height {
        let start = block * blockSize + row * (rowsApart ? 1 : problem.dilation.height) * rowSize
        for tap in 0..<tapColumns {
          let column = tap * problem.dilation.width
          offsets.append(
            columnsApart
              ? start + tap * positions * lanes
              : start + (column % phases) * positions * lanes + column / phases * lanes)
        }
      }
    }
    return offsets
  }

  /// The input channel and kernel column of one lane of a block, within the group; nil if the lane
  /// is left over.
  func source(block: Int, lane: Int, tapColumn: Int) -> (channel: Int, column: Int)? {
    let index = block * lanes + lane
    let channels = problem.groupInputChannels
    guard tapsInLanes else { return index < channels ? (index, tapColumn) : nil }
    let (column, channel) = index.quotientAndRemainder(dividingBy: channels)
    return column < problem.kernel.width ? (channel, column) : nil
  }
}

/// One of `pieces` nearly equal parts of `0..<total`.
func part(_ index: Int, of pieces: Int, _ total: Int) -> Range<Int> {
  let short = total / pieces
  let long = total % pieces
  let first = index * short + min(index, long)
  return first..<(first + short + (index < long ? 1 : 0))
}
