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
    let geometry = WinogradGeometry(problem, transform, lanes: microkernels.laneCount)
    self.geometry = geometry
    self.weights = try WinogradWeights(
      problem, transform, lanes: microkernels.laneCount, weights: weights, bias: bias)
    self.relu = relu
    self.microkernels = microkernels
    offsets = (0..<geometry.inputBlocks).map { $0 * geometry.blockStride }
  }

  var packedBytes: Int { weights.byteCount }

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
  var workspaceCount: Int { geometry.isShared ? stagesCount : 0 }
  var scratchCount: Int { geometry.edgeCount + (geometry.isShared ? 0 : stagesCount) }

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
      unsafe multiply(transformed, 0..<geometry.elements, tiles: tiles.count, into: products)
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
        into: products)
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
    let problem = geometry.problem
    let lanes = geometry.lanes
    let patch = geometry.transform.patch
    let plane = problem.input.planeCount * lanes
    let kernel =
      unsafe geometry.transform.tile == 2
      ? microkernels.winograd2Input : microkernels.winograd4Input
    // The lanes of the last block that belong to no channel may hold anything, so it is copied.
    let whole = min(blocks.upperBound, problem.input.channels / lanes)
    for tile in tiles {
      let place = geometry.place(tile)
      let row = place.row - problem.padding.top
      let column = place.column - problem.padding.left
      let place0 = unsafe target + (tile - tiles.lowerBound) * lanes
      let isInside =
        row >= 0 && column >= 0 && row + patch <= problem.input.height
        && column + patch <= problem.input.width
      var first = blocks.lowerBound
      if isInside, first < whole {
        let source =
          unsafe input.plane(place.image, first * lanes)
          + (row * problem.input.width + column) * lanes
        unsafe kernel(
          whole - first, source, problem.input.width * lanes, plane,
          place0 + first * geometry.blockStride, geometry.inputStride, geometry.blockStride)
        first = whole
      }
      guard first < blocks.upperBound else { continue }
      for block in first..<blocks.upperBound {
        unsafe copyPatch(
          input, place.image, block, row, column,
          into: edge + (block - first) * geometry.elements * lanes)
      }
      unsafe kernel(
        blocks.upperBound - first, edge, patch * lanes, geometry.elements * lanes,
        place0 + first * geometry.blockStride, geometry.inputStride, geometry.blockStride)
    }
  }

  /// Copies a patch that hangs over the edge, with zeros around.
  private func copyPatch(
    _ input: FeatureView, _ image: Int, _ block: Int, _ row: Int, _ column: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let problem = geometry.problem
    let lanes = geometry.lanes
    let patch = geometry.transform.patch
    let used = min(lanes, problem.input.channels - block * lanes)
    let source = unsafe input.plane(image, block * lanes)
    let first = min(patch, max(0, -column))
    let last = max(first, min(patch, problem.input.width - column))
    for i in 0..<patch {
      let line = unsafe target + i * patch * lanes
      let y = row + i
      guard y >= 0, y < problem.input.height else {
        unsafe line.update(repeating: 0, count: patch * lanes)
        continue
      }
      unsafe line.update(repeating: 0, count: first * lanes)
      unsafe (line + last * lanes).update(repeating: 0, count: (patch - last) * lanes)
      let pixels = unsafe source + (y * problem.input.width + column) * lanes
      if used == lanes {
        unsafe (line + first * lanes).update(
          from: pixels + first * lanes, count: (last - first) * lanes)
      } else {
        for j in first..<last {
          for lane in 0..<lanes {
            unsafe line[j * lanes + lane] = lane < used ? pixels[j * lanes + lane] : 0
          }
        }
      }
    }
  }

  private func multiply(
    _ transformed: UnsafeMutablePointer<Float>, _ elements: Range<Int>, tiles: Int,
    into products: UnsafeMutablePointer<Float>
  ) {
    unsafe offsets.withUnsafeBufferPointer { offsets in
      guard let offsets = offsets.baseAddress else { return }
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * geometry.lanes) { zeros in
        unsafe zeros.update(repeating: 0)
        guard let zeros = unsafe UnsafePointer(zeros.baseAddress) else { return }
        for element in elements {
          for panel in 0..<geometry.panels {
            let isLast = panel == geometry.panels - 1
            let next =
              unsafe isLast
              ? weights.start(min(element + 1, elements.upperBound - 1), 0)
              : weights.start(element, panel + 1)
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
    let plane = shape.planeCount * lanes
    let kernel =
      unsafe side == 2 ? microkernels.winograd2Output : microkernels.winograd4Output
    for tile in tiles {
      let place = geometry.place(tile)
      let source =
        unsafe UnsafePointer(products)
        + ((tile - tiles.lowerBound) * lanes + blocks.lowerBound * geometry.blockStride)
      let bias = unsafe weights.bias + blocks.lowerBound * lanes
      let target =
        unsafe output.plane(place.image, blocks.lowerBound * lanes)
        + (place.row * shape.width + place.column) * lanes
      let height = min(side, shape.height - place.row)
      let width = min(side, shape.width - place.column)
      if height == side, width == side {
        unsafe kernel(
          blocks.count, source, geometry.outputStride, geometry.blockStride, bias, relu, target,
          shape.width * lanes, plane)
        continue
      }
      unsafe kernel(
        blocks.count, source, geometry.outputStride, geometry.blockStride, bias, relu, edge,
        side * lanes, side * side * lanes)
      for block in 0..<blocks.count {
        for row in 0..<height {
          unsafe (target + block * plane + row * shape.width * lanes).update(
            from: edge + (block * side + row) * side * lanes, count: width * lanes)
        }
      }
    }
  }
}
