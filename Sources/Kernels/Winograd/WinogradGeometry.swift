/// How a Winograd convolution cuts a batch into tiles, and where it keeps intermediate results.
struct WinogradGeometry: Sendable {
  let problem: ConvolutionProblem
  let transform: WinogradTransform

  /// V: the lanes of a vector.
  let lanes: Int

  /// The tiles of one image.
  let tileRows: Int
  let tileColumns: Int

  /// The tiles of a row whose patches lie between the left and the right edge of the map.
  private let inside: Range<Int>

  /// The tiles whose transformed input is kept at a time.
  let group: Int

  /// The bytes of second-level cache for the transformed input and output of a group.
  private static let groupBytes = 352 << 10

  /// The tiles up to which all threads work on one group, stage by stage.
  ///
  /// Beyond, each thread has its own group, and all of the weights pass through its cache.
  private static let sharedTiles = 24

  init(
    _ problem: ConvolutionProblem, _ transform: WinogradTransform, lanes: Int, tilePixels: Int
  ) {
    self.problem = problem
    self.transform = transform
    self.lanes = lanes
    tileRows = (problem.output.height + transform.tile - 1) / transform.tile
    tileColumns = (problem.output.width + transform.tile - 1) / transform.tile
    inside = Self.inside(problem, transform, tileColumns: tileColumns)
    let tiles = problem.output.batch * tileRows * tileColumns
    let channels =
      (problem.input.channels + lanes - 1) / lanes + (problem.outputChannels + lanes - 1) / lanes
    let tileBytes =
      transform.patch * transform.patch * channels * lanes * MemoryLayout<Float>.stride
    if tiles <= Self.sharedTiles {
      group = tiles
    } else {
      // Whole register tiles, and all groups nearly equal.
      let fitting = max(1, Self.groupBytes / tileBytes)
      let whole = max(min(fitting, tilePixels), fitting / tilePixels * tilePixels)
      let groups = max(2, (tiles + whole - 1) / whole)
      group = (tiles + groups - 1) / groups
    }
  }

  /// The tiles of the batch.
  var tiles: Int { problem.output.batch * tileRows * tileColumns }

  /// The groups of tiles.
  var groups: Int { (tiles + group - 1) / group }

  /// Whether all threads work on one group.
  var isShared: Bool { groups == 1 }

  /// The elements of a patch.
  var elements: Int { transform.patch * transform.patch }

  var inputBlocks: Int { (problem.input.channels + lanes - 1) / lanes }
  var outputBlocks: Int { (problem.outputChannels + lanes - 1) / lanes }
  var panels: Int { (outputBlocks + 1) / 2 }

  // MARK: - `[element][block][tile][V]`

  /// The distance between two blocks.
  var blockStride: Int { group * lanes }

  /// The distance between two elements of the transformed input and output.
  ///
  /// It is an odd number of cache lines; otherwise all elements of a tile would compete for the same few
  /// sets of the cache.
  var inputStride: Int { Self.odd(inputBlocks * blockStride) }
  var outputStride: Int { Self.odd(outputBlocks * blockStride) }

  private static func odd(_ count: Int) -> Int {
    let line = 16
    return ((count + line - 1) / line | 1) * line
  }

  var inputCount: Int { elements * inputStride }
  var outputCount: Int { elements * outputStride }

  // MARK: - Edges

  /// The fewest tiles inside the map that are transformed directly.
  private static let leastInside = 4

  private static func inside(
    _ problem: ConvolutionProblem, _ transform: WinogradTransform, tileColumns: Int
  ) -> Range<Int> {
    let side = transform.tile
    let left = problem.padding.left
    let room = problem.input.width + left - transform.patch
    let first = min(tileColumns, (left + side - 1) / side)
    let last = room < 0 ? first : max(first, min(tileColumns, room / side + 1))
    return first..<last
  }

  /// Whether every row of tiles is copied before it is transformed.
  var copiesRows: Bool { inside.count < Self.leastInside }

  /// The tiles of a run that are transformed directly, counted from its first.
  func inside(_ run: Run) -> Range<Int> {
    let first = run.column / transform.tile
    let own = inside.clamped(to: first..<first + run.count)
    // A few are faster copied with the others than transformed directly.
    return own.count < Self.leastInside ? 0..<0 : own.lowerBound - first..<own.upperBound - first
  }

  /// The bytes of first-level cache for a zero-padded copy of tile rows.
  private static let bandBytes = 16 << 10

  /// The rows of tiles that are copied, zero-padded, before they are transformed.
  ///
  /// Tiles overlap, so that copying a small map whole takes half the work of copying it row by row. In
  /// a wide one, only what hangs over the edge is copied.
  var bandRows: Int {
    guard copiesRows else { return 1 }
    let row = transform.tile * bandWidth * lanes * MemoryLayout<Float>.stride
    return max(1, min(tileRows, Self.bandBytes / row))
  }

  /// The pixels of a row of patches.
  var bandWidth: Int { tileColumns * transform.tile + 2 }

  /// Room for the patches of a band, or for the results of a row of tiles that hangs over the edge.
  var edgeCount: Int { (bandRows * transform.tile + 2) * bandWidth * lanes }

  /// Tiles side by side in one image.
  struct Run {
    var image: Int

    /// The place of the first result.
    var row: Int
    var column: Int

    /// The number of the first tile in the batch.
    var first: Int
    var count: Int
  }

  /// Cuts runs into bands of at most ``bandRows``, each within one image.
  func bands(_ runs: [Run]) -> [Range<Int>] {
    var bands: [Range<Int>] = []
    var first = 0
    for index in runs.indices.dropFirst()
    where runs[index].image != runs[first].image || index - first == bandRows {
      bands.append(first..<index)
      first = index
    }
    return runs.isEmpty ? [] : bands + [first..<runs.count]
  }

  /// Cuts tiles into runs.
  func runs(_ tiles: Range<Int>) -> [Run] {
    var runs: [Run] = []
    var tile = tiles.lowerBound
    while tile < tiles.upperBound {
      let (rest, column) = tile.quotientAndRemainder(dividingBy: tileColumns)
      let (image, row) = rest.quotientAndRemainder(dividingBy: tileRows)
      let count = min(tileColumns - column, tiles.upperBound - tile)
      runs.append(
        Run(
          image: image, row: row * transform.tile, column: column * transform.tile, first: tile,
          count: count))
      tile += count
    }
    return runs
  }
}
