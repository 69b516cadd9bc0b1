/// How a Winograd convolution cuts a batch into tiles, and where it keeps what is between the stages.
struct WinogradGeometry: Sendable {
  let problem: ConvolutionProblem
  let transform: WinogradTransform

  /// V: the lanes of a vector.
  let lanes: Int

  /// The tiles of one image.
  let tileRows: Int
  let tileColumns: Int

  /// The tiles whose transformed input is kept at a time.
  let group: Int

  /// The bytes of second-level cache for the transformed input and output of a group.
  private static let groupBytes = 352 << 10

  /// The tiles up to which all threads work on one group, stage by stage.
  ///
  /// Beyond, each thread has a group of its own, and all of the weights pass through its cache.
  private static let sharedTiles = 24

  init(
    _ problem: ConvolutionProblem, _ transform: WinogradTransform, lanes: Int, tilePixels: Int
  ) {
    self.problem = problem
    self.transform = transform
    self.lanes = lanes
    tileRows = (problem.output.height + transform.tile - 1) / transform.tile
    tileColumns = (problem.output.width + transform.tile - 1) / transform.tile
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
  /// It is an odd number of cache lines, or else all elements of a tile would compete for the same few
  /// places of the cache.
  var inputStride: Int { Self.odd(inputBlocks * blockStride) }
  var outputStride: Int { Self.odd(outputBlocks * blockStride) }

  private static func odd(_ count: Int) -> Int {
    let line = 16
    return ((count + line - 1) / line | 1) * line
  }

  var inputCount: Int { elements * inputStride }
  var outputCount: Int { elements * outputStride }

  /// Room for the patches, or the results, of a run of tiles that hangs over the edge.
  var edgeCount: Int { transform.patch * (tileColumns * transform.tile + 2) * lanes }

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
