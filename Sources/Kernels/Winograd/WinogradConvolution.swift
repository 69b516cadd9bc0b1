/// A 3×3 convolution by F(m×m, 3×3) in three stages: transform patches of the input; multiply, for each
/// element of a patch, a matrix of tiles and channels with one of weights; transform the products back.
///
/// A large batch or image is cut into groups of tiles, and a task takes a group through all stages while
/// it is in the cache. A small one is a single group, and the threads share out each stage.
struct WinogradConvolution: PreparedConvolution {
  let geometry: WinogradGeometry
  private let weights: WinogradWeights
  private let relu: Bool
  private let microkernels: MicrokernelTable
  private let offsets: [Int]

  init(
    _ problem: ConvolutionProblem, _ transform: WinogradTransform, weights: WeightBuffer,
    bias: [Float]?, relu: Bool, microkernels: MicrokernelTable
  ) throws(KernelError) {
    let geometry = WinogradGeometry(
      problem, transform, lanes: microkernels.laneCount, tilePixels: microkernels.tilePixels)
    self.geometry = geometry
    self.weights = try WinogradWeights(
      problem, transform, lanes: microkernels.laneCount, weights: weights, bias: bias)
    self.relu = relu
    self.microkernels = microkernels
    offsets = (0..<geometry.inputBlocks).map { $0 * geometry.blockStride }
  }

  var packedBytes: Int { weights.byteCount }
  @unsafe var firstWeights: UnsafePointer<Float>? { unsafe weights.start(0, 0) }

  // MARK: - Tasks

  /// The blocks of channels, the elements of a patch that one task of a shared stage takes.
  private static let blocksPerTask = 2
  private static let elementsPerTask = 3

  var taskCounts: [Int] {
    guard geometry.isShared else { return [geometry.groups] }
    return [
      (geometry.inputBlocks + Self.blocksPerTask - 1) / Self.blocksPerTask,
      (geometry.elements + Self.elementsPerTask - 1) / Self.elementsPerTask,
      (geometry.outputBlocks + Self.blocksPerTask - 1) / Self.blocksPerTask,
    ]
  }

  private var stagesCount: Int { geometry.inputCount + geometry.outputCount }
  var workspaceByteCount: Int {
    .clampedProduct(geometry.isShared ? stagesCount : 0, MemoryLayout<Float>.stride)
  }
  var scratchByteCount: Int {
    .clampedProduct(
      geometry.edgeCount + (geometry.isShared ? 0 : stagesCount), MemoryLayout<Float>.stride)
  }

  func run(
    phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
  ) {
    let edge = unsafe memory.scratch
    guard geometry.isShared else {
      let transformed = unsafe edge + geometry.edgeCount
      let products = unsafe transformed + geometry.inputCount
      let tiles = (task * geometry.group)..<min(geometry.tiles, (task + 1) * geometry.group)
      unsafe transformInput(
        input, tiles: tiles, blocks: 0..<geometry.inputBlocks, edge: edge, into: transformed)
      unsafe multiply(
        transformed, 0..<geometry.elements, tiles: tiles.count, memory.following, into: products)
      unsafe transformOutput(
        products, tiles: tiles, blocks: 0..<geometry.outputBlocks, edge: edge, into: output)
      return
    }
    let transformed = unsafe memory.workspace
    let products = unsafe transformed + geometry.inputCount
    let tiles = 0..<geometry.tiles
    func share(_ count: Int, _ size: Int) -> Range<Int> {
      (task * size)..<min(count, (task + 1) * size)
    }
    switch phase {
    case 0:
      unsafe transformInput(
        input, tiles: tiles, blocks: share(geometry.inputBlocks, Self.blocksPerTask), edge: edge,
        into: transformed)
    case 1:
      unsafe multiply(
        transformed, share(geometry.elements, Self.elementsPerTask), tiles: tiles.count,
        memory.following, into: products)
    default:
      unsafe transformOutput(
        products, tiles: tiles, blocks: share(geometry.outputBlocks, Self.blocksPerTask),
        edge: edge, into: output)
    }
  }

  // MARK: - Stages

  private func transformInput(
    _ input: FeatureView, tiles: Range<Int>, blocks: Range<Int>,
    edge: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    let runs = geometry.runs(tiles)
    let bands = geometry.copiesRows ? geometry.bands(runs) : []
    // Tile after tile of one block, so that what neighbours share is in the cache.
    for block in blocks {
      let target =
        unsafe target + (block * geometry.blockStride - tiles.lowerBound * geometry.lanes)
      for band in bands {
        unsafe transformBand(input, runs[band], block: block, edge: edge, into: target)
      }
      guard bands.isEmpty else { continue }
      for run in runs {
        unsafe transformRow(input, run, block: block, edge: edge, into: target)
      }
    }
  }

  @unsafe
  private var inputKernel: MicrokernelTable.WinogradInput {
    unsafe geometry.transform.tile == 2
      ? microkernels.winograd2Input : microkernels.winograd4Input
  }

  /// Transforms all tiles of a band from a zero-padded copy.
  ///
  /// `target` is where the first tile of the batch goes.
  private func transformBand(
    _ input: FeatureView, _ runs: ArraySlice<WinogradGeometry.Run>, block: Int,
    edge: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    guard let first = runs.first, let last = runs.last else { return }
    let lanes = geometry.lanes
    let padding = geometry.problem.padding
    let width = geometry.bandWidth
    unsafe copy(
      input, first.image, block, first.row - padding.top, -padding.left,
      rows: last.row - first.row + geometry.transform.patch, pixels: width, into: edge)
    for run in runs {
      unsafe inputKernel(
        run.count, edge + ((run.row - first.row) * width + run.column) * lanes, width * lanes,
        target + run.first * lanes, geometry.inputStride)
    }
  }

  /// Transforms consecutive tiles: directly those whose patches are inside the map, the others from a
  /// zero-padded copy.
  ///
  /// `target` is where the first tile of the batch goes.
  private func transformRow(
    _ input: FeatureView, _ run: WinogradGeometry.Run, block: Int,
    edge: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    let problem = geometry.problem
    let lanes = geometry.lanes
    let side = geometry.transform.tile
    let patch = geometry.transform.patch
    let kernel = unsafe inputKernel
    let target = unsafe target + run.first * lanes
    let row = run.row - problem.padding.top
    let column = run.column - problem.padding.left
    // The spare lanes of the last block may hold anything, so it is copied.
    let isWhole = (block + 1) * lanes <= problem.input.channels
    let isBetween = row >= 0 && row + patch <= problem.input.height
    let inside = isWhole && isBetween ? geometry.inside(run) : 0..<0
    if !inside.isEmpty {
      let pixel = row * problem.input.width + column + inside.lowerBound * side
      unsafe kernel(
        inside.count, input.plane(run.image, block * lanes) + pixel * lanes,
        problem.input.width * lanes, target + inside.lowerBound * lanes, geometry.inputStride)
    }
    for part in [0..<inside.lowerBound, inside.upperBound..<run.count] where !part.isEmpty {
      let pixels = (part.count - 1) * side + patch
      unsafe copy(
        input, run.image, block, row, column + part.lowerBound * side, rows: patch,
        pixels: pixels, into: edge)
      unsafe kernel(
        part.count, edge, pixels * lanes, target + part.lowerBound * lanes, geometry.inputStride)
    }
  }

  /// Copies pixels of a block, with zeros where they lie outside of the map.
  private func copy(
    _ input: FeatureView, _ image: Int, _ block: Int, _ row: Int, _ column: Int, rows: Int,
    pixels: Int, into target: UnsafeMutablePointer<Float>
  ) {
    let problem = geometry.problem
    let lanes = geometry.lanes
    let used = min(lanes, problem.input.channels - block * lanes)
    let source = unsafe UnsafePointer(input.plane(image, block * lanes))
    let first = min(pixels, max(0, -column))
    let last = max(first, min(pixels, problem.input.width - column))
    let stride = pixels * lanes
    // The rows that lie in the map.
    let top = first < last ? min(rows, max(0, -row)) : rows
    let bottom = first < last ? max(top, min(rows, problem.input.height - row)) : rows
    unsafe microkernels.padBlock(top, pixels, 0, 0, source, 0, target, stride)
    unsafe microkernels.padBlock(
      rows - bottom, pixels, 0, 0, source, 0, target + bottom * stride, stride)
    guard top < bottom else { return }
    unsafe microkernels.padBlock(
      bottom - top, first, last - first, pixels - last,
      source + ((row + top) * problem.input.width + column + first) * lanes,
      problem.input.width * lanes, target + top * stride, stride)
    guard used < lanes else { return }
    for pixel in 0..<(rows * pixels) {
      for lane in used..<lanes { unsafe target[pixel * lanes + lane] = 0 }
    }
  }

  private func multiply(
    _ transformed: UnsafeMutablePointer<Float>, _ elements: Range<Int>, tiles: Int,
    _ following: UnsafePointer<Float>?, into products: UnsafeMutablePointer<Float>
  ) {
    unsafe offsets.withUnsafeBufferPointer { offsets in
      guard let offsets = offsets.baseAddress else { return }
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * geometry.lanes) { zeros in
        unsafe zeros.update(repeating: 0)
        guard let zeros = unsafe UnsafePointer(zeros.baseAddress) else { return }
        for element in elements {
          for panel in 0..<geometry.panels {
            // What is multiplied next, here or in the convolution after this one.
            let next =
              unsafe panel < geometry.panels - 1
              ? weights.start(element, panel + 1)
              : element < geometry.elements - 1
                ? weights.start(element + 1, 0) : following ?? weights.start(0, 0)
            unsafe microkernels.multiply(
              tiles, geometry.inputBlocks,
              UnsafePointer(transformed) + element * geometry.inputStride, offsets,
              weights.start(element, panel), next, false, zeros, false,
              products + (element * geometry.outputStride + 2 * panel * geometry.blockStride),
              2 * panel + 1 < geometry.outputBlocks ? geometry.blockStride : 0)
          }
        }
      }
    }
  }

  private func transformOutput(
    _ products: UnsafeMutablePointer<Float>, tiles: Range<Int>, blocks: Range<Int>,
    edge: UnsafeMutablePointer<Float>, into output: MutableFeatureView
  ) {
    let shape = geometry.problem.output
    let lanes = geometry.lanes
    let side = geometry.transform.tile
    let kernel =
      unsafe side == 2 ? microkernels.winograd2Output : microkernels.winograd4Output
    let runs = geometry.runs(tiles)
    for block in blocks {
      let bias = unsafe weights.bias + block * lanes
      for run in runs {
        let source =
          unsafe UnsafePointer(products)
          + (block * geometry.blockStride + (run.first - tiles.lowerBound) * lanes)
        let target =
          unsafe output.plane(run.image, block * lanes)
          + (run.row * shape.width + run.column) * lanes
        let height = min(side, shape.height - run.row)
        // The tiles that lie in the map.
        let whole = height == side ? min(run.count, (shape.width - run.column) / side) : 0
        if whole > 0 {
          unsafe kernel(
            whole, source, geometry.outputStride, bias, relu, target, shape.width * lanes)
        }
        guard whole < run.count else { continue }
        let rest = run.count - whole
        unsafe kernel(
          rest, source + whole * lanes, geometry.outputStride, bias, relu, edge,
          rest * side * lanes)
        let width = min(rest * side, shape.width - run.column - whole * side)
        unsafe microkernels.padBlock(
          height, 0, width, 0, UnsafePointer(edge), rest * side * lanes,
          target + whole * side * lanes, shape.width * lanes)
      }
    }
  }
}
