import CCPU

// The one loop in which a network spends its time: a tile of sums in registers, P pixels by two
// vectors of output channels, to which one broadcast input element and two vectors of weights are
// multiplied and added at a time. 2·P sums, two weights and one broadcast fit in the registers.

/// The pixels of the largest tile.
#if AVX512 || Baseline16
  private let largestTile = 14
#else
  private let largestTile = 6
#endif

/// Sums products for consecutive pixels and two vectors of output channels:
/// `y[v][p][l] = start + Σ_t Σ_k x[offsets[t] + p·V + k] · w[t][k][v][l]` with k and l in `0..<V`,
/// where V is the number of lanes.
///
/// Every sum runs over t and k in order, whatever tile its pixel falls into.
///
/// - Parameters:
///   - pixels: The number of pixels, at least 1.
///   - terms: The number of blocks of V products.
///   - x: The first pixel.
///   - offsets: Where each term's elements lie, relative to `x`.
///   - w: `[terms][V][2][V]` weights.
///   - next: Weights that are read soon: as many cache lines as `w` fills are prefetched, from here on.
///   - accumulates: Whether the sums start from what `y` holds; else from the bias.
///   - bias: Two vectors.
///   - relu: Whether the results go through `max(0, ·)`, which keeps NaN.
///   - y: Where the first vector of the first pixel goes; the next pixel is V further.
///   - yVectorStride: The distance to the second vector. If it is 0, only the first is kept.
public func multiply(
  _ pixels: Int, _ terms: Int, _ x: UnsafePointer<Float>, _ offsets: UnsafePointer<Int>,
  _ w: UnsafePointer<Float>, _ next: UnsafePointer<Float>, _ accumulates: Bool,
  _ bias: UnsafePointer<Float>, _ relu: Bool, _ y: UnsafeMutablePointer<Float>,
  _ yVectorStride: Int
) {
  // Tiles of nearly equal size: a full one and a rest of one pixel would starve the multipliers.
  let tiles = (pixels &+ largestTile &- 1) / largestTile
  let short = pixels / tiles
  var long = pixels &- short &* tiles
  // The lines of one term, shared out among the tiles.
  let termLines = 2 &* Lanes.scalarCount &* Lanes.scalarCount / lineCount
  let lines = (termLines &+ tiles &- 1) / tiles
  var x = x
  var y = y
  var next = next
  for _ in 0..<tiles {
    let rows = long > 0 ? short &+ 1 : short
    long &-= 1
    let sums = Sums(
      terms, x, offsets, w, next, lines, accumulates, bias, relu, y, yVectorStride)
    switch rows {
    case 1: tile(Rows<1, 0>(), sums)
    case 2: tile(Rows<2, 0>(), sums)
    case 3: tile(Rows<3, 0>(), sums)
    case 4: tile(Rows<4, 0>(), sums)
    case 5: tile(Rows<5, 0>(), sums)
    #if AVX512 || Baseline16
      case 6: tile(Rows<6, 0>(), sums)
      case 7: tile(Rows<7, 0>(), sums)
      case 8: tile(Rows<4, 4>(), sums)
      case 9: tile(Rows<5, 4>(), sums)
      case 10: tile(Rows<5, 5>(), sums)
      case 11: tile(Rows<6, 5>(), sums)
      case 12: tile(Rows<6, 6>(), sums)
      case 13: tile(Rows<7, 6>(), sums)
      default: tile(Rows<7, 7>(), sums)
    #else
      default: tile(Rows<6, 0>(), sums)
    #endif
    }
    x += rows &* Lanes.scalarCount
    y += rows &* Lanes.scalarCount
    next += terms &* lines &* lineCount
  }
}

/// The floats of a cache line.
private let lineCount = 16

/// The pixels of a tile, as a sum of two: beyond about 16 sums in one array, the compiler keeps it in
/// memory.
private struct Rows<let upper: Int, let lower: Int> {}

/// The arguments of one tile.
private struct Sums {
  let terms: Int
  let x: UnsafePointer<Float>
  let offsets: UnsafePointer<Int>
  let w: UnsafePointer<Float>
  let next: UnsafePointer<Float>

  /// The cache lines to prefetch at each term.
  let lines: Int
  let accumulates: Bool
  let bias: UnsafePointer<Float>
  let relu: Bool
  let y: UnsafeMutablePointer<Float>
  let yVectorStride: Int

  @inline(__always)
  init(
    _ terms: Int, _ x: UnsafePointer<Float>, _ offsets: UnsafePointer<Int>,
    _ w: UnsafePointer<Float>, _ next: UnsafePointer<Float>, _ lines: Int, _ accumulates: Bool,
    _ bias: UnsafePointer<Float>, _ relu: Bool, _ y: UnsafeMutablePointer<Float>,
    _ yVectorStride: Int
  ) {
    self.terms = terms
    self.x = x
    self.offsets = offsets
    self.w = w
    self.next = next
    self.lines = lines
    self.accumulates = accumulates
    self.bias = bias
    self.relu = relu
    self.y = y
    self.yVectorStride = yVectorStride
  }
}

@inline(__always)
private func tile<let upper: Int, let lower: Int>(_: Rows<upper, lower>, _ s: Sums) {
  let width = Lanes.scalarCount
  var upperLeft = InlineArray<upper, Lanes>(repeating: load(s.bias))
  var upperRight = InlineArray<upper, Lanes>(repeating: load(s.bias + width))
  var lowerLeft = InlineArray<lower, Lanes>(repeating: load(s.bias))
  var lowerRight = InlineArray<lower, Lanes>(repeating: load(s.bias + width))
  let y = s.y
  let second = y + s.yVectorStride
  if s.accumulates {
    for i in 0..<upper {
      upperLeft[i] = load(y + i &* width)
      upperRight[i] = load(second + i &* width)
    }
    for i in 0..<lower {
      lowerLeft[i] = load(y + (upper &+ i) &* width)
      lowerRight[i] = load(second + (upper &+ i) &* width)
    }
  }
  var w = s.w
  var next = s.next
  for term in 0..<s.terms {
    let p = s.x + s.offsets[term]
    for _ in 0..<s.lines {
      ccpu_prefetch(next)
      next += lineCount
    }
    for lane in 0..<width {
      let left = load(w)
      let right = load(w + width)
      for i in 0..<upper {
        let element = Lanes(repeating: p[i &* width &+ lane])
        upperLeft[i] = multiplyAdd(upperLeft[i], element, left)
        upperRight[i] = multiplyAdd(upperRight[i], element, right)
      }
      for i in 0..<lower {
        let element = Lanes(repeating: p[(upper &+ i) &* width &+ lane])
        lowerLeft[i] = multiplyAdd(lowerLeft[i], element, left)
        lowerRight[i] = multiplyAdd(lowerRight[i], element, right)
      }
      w += 2 &* width
    }
  }
  // The second vector first, so that the first one stays where both have one place.
  for i in 0..<upper {
    store(s.relu ? rectified(upperRight[i]) : upperRight[i], second + i &* width)
    store(s.relu ? rectified(upperLeft[i]) : upperLeft[i], y + i &* width)
  }
  for i in 0..<lower {
    let row = (upper &+ i) &* width
    store(s.relu ? rectified(lowerRight[i]) : lowerRight[i], second + row)
    store(s.relu ? rectified(lowerLeft[i]) : lowerLeft[i], y + row)
  }
}
