// F(4×4, 3×3): points 0, ±3/4, ±3/2, ∞. The matrices are those of `WinogradTransform` in Kernels;
// with a = 3/4 and b = 3/2, every constant below is exact in binary.

private let a: Float = 0.75
private let b: Float = 1.5

/// `multiplyAdd` with one factor for all lanes.
@inline(__always)
private func plus(_ sum: Lanes, _ factor: Float, _ x: Lanes) -> Lanes {
  multiplyAdd(sum, x, Lanes(repeating: factor))
}

/// Row 0 of Bᵀ; row 5 is the same on the elements 1, 3 and 5.
@inline(__always)
private func outer(_ d0: Lanes, _ d2: Lanes, _ d4: Lanes) -> Lanes {
  plus(plus(d4, -(a * a + b * b), d2), a * a * b * b, d0)
}

/// The rows 1 and 2 of Bᵀ with `p` = a and `q` = b, and the rows 3 and 4 the other way round.
@inline(__always)
private func inner(
  _ p: Float, _ q: Float, _ d1: Lanes, _ d2: Lanes, _ d3: Lanes, _ d4: Lanes
) -> (Lanes, Lanes) {
  let even = plus(d4, -q * q, d2)
  let odd = plus(d3, -q * q, d1) * Lanes(repeating: p)
  return (even + odd, even - odd)
}

/// `Bᵀ d B` of 6×6 patches of one block of channels, for tiles side by side.
///
/// - Parameters:
///   - tiles: The number of tiles.
///   - x: The upper left pixel of the first patch; the next one is 4 pixels further.
///   - rowStride: The elements from one row of pixels to the next.
///   - y: Where element (0, 0) of the first tile goes; the next tile is V further.
///   - yStride: The distance from one of the 36 elements to the next.
public func winograd4Input(
  _ tiles: Int, _ x: UnsafePointer<Float>, _ rowStride: Int, _ y: UnsafeMutablePointer<Float>,
  _ yStride: Int
) {
  let width = Lanes.scalarCount
  for tile in 0..<tiles {
    let rows = x + 4 &* tile &* width
    let y = y + tile &* width
    @inline(__always) func d(_ row: Int, _ column: Int) -> Lanes {
      load(rows + (row &* rowStride &+ column &* width))
    }
    @inline(__always)
    func put(_ row: Int, _ t: InlineArray<6, Lanes>) {
      let y = y + 6 &* row &* yStride
      store(outer(t[0], t[2], t[4]), y)
      let first = inner(a, b, t[1], t[2], t[3], t[4])
      store(first.0, y + yStride)
      store(first.1, y + 2 &* yStride)
      let second = inner(b, a, t[1], t[2], t[3], t[4])
      store(second.0, y + 3 &* yStride)
      store(second.1, y + 4 &* yStride)
      store(outer(t[1], t[3], t[5]), y + 5 &* yStride)
    }
    // One row of Bᵀd at a time, or two that share their terms: that much fits in the registers.
    @inline(__always)
    func outerRow(_ row: Int) {
      var t = InlineArray<6, Lanes>(repeating: Lanes())
      for j in 0..<6 { t[j] = outer(d(row, j), d(row &+ 2, j), d(row &+ 4, j)) }
      put(5 &* row, t)
    }
    @inline(__always)
    func innerRows(_ row: Int, _ p: Float, _ q: Float) {
      var t = InlineArray<6, Lanes>(repeating: Lanes())
      var u = InlineArray<6, Lanes>(repeating: Lanes())
      for j in 0..<6 {
        let both = inner(p, q, d(1, j), d(2, j), d(3, j), d(4, j))
        t[j] = both.0
        u[j] = both.1
      }
      put(row, t)
      put(row &+ 1, u)
    }
    outerRow(0)
    outerRow(1)
    innerRows(1, a, b)
    innerRows(3, b, a)
  }
}

/// `Aᵀ m`, one column.
@inline(__always)
private func reduced(
  _ m0: Lanes, _ m1: Lanes, _ m2: Lanes, _ m3: Lanes, _ m4: Lanes, _ m5: Lanes
) -> (Lanes, Lanes, Lanes, Lanes) {
  let sum1 = m1 + m2
  let difference1 = m1 - m2
  let sum2 = m3 + m4
  let difference2 = m3 - m4
  return (
    m0 + (sum1 + sum2),
    plus(difference1 * Lanes(repeating: a), b, difference2),
    plus(sum1 * Lanes(repeating: a * a), b * b, sum2),
    plus(plus(m5, a * a * a, difference1), b * b * b, difference2)
  )
}

/// `Aᵀ m A + bias`, then `max(0, ·)` if `relu`, of one block of channels for tiles side by side.
///
/// - Parameters:
///   - tiles: The number of tiles.
///   - x: Element (0, 0) of the first tile; the next tile is V further.
///   - xStride: The distance from one of the 36 elements to the next.
///   - bias: One vector.
///   - relu: Whether the results go through `max(0, ·)`.
///   - y: Where the upper left pixel of the first tile goes; the next tile is 4 pixels further.
///   - yRowStride: The elements from one row of pixels to the next.
public func winograd4Output(
  _ tiles: Int, _ x: UnsafePointer<Float>, _ xStride: Int, _ bias: UnsafePointer<Float>,
  _ relu: Bool, _ y: UnsafeMutablePointer<Float>, _ yRowStride: Int
) {
  let width = Lanes.scalarCount
  let start = load(bias)
  for tile in 0..<tiles {
    let x = x + tile &* width
    let y = y + 4 &* tile &* width
    // `Aᵀ m`, four rows of six: more than the registers hold, so it goes through the stack.
    var row0 = InlineArray<6, Lanes>(repeating: Lanes())
    var row1 = InlineArray<6, Lanes>(repeating: Lanes())
    var row2 = InlineArray<6, Lanes>(repeating: Lanes())
    var row3 = InlineArray<6, Lanes>(repeating: Lanes())
    for j in 0..<6 {
      @inline(__always) func m(_ i: Int) -> Lanes { load(x + (6 &* i &+ j) &* xStride) }
      let column = reduced(m(0), m(1), m(2), m(3), m(4), m(5))
      row0[j] = column.0
      row1[j] = column.1
      row2[j] = column.2
      row3[j] = column.3
    }
    @inline(__always)
    func put(_ row: Int, _ r: InlineArray<6, Lanes>) {
      let t = reduced(r[0], r[1], r[2], r[3], r[4], r[5])
      let y = y + row &* yRowStride
      store(relu ? rectified(t.0 + start) : t.0 + start, y)
      store(relu ? rectified(t.1 + start) : t.1 + start, y + width)
      store(relu ? rectified(t.2 + start) : t.2 + start, y + 2 &* width)
      store(relu ? rectified(t.3 + start) : t.3 + start, y + 3 &* width)
    }
    put(0, row0)
    put(1, row1)
    put(2, row2)
    put(3, row3)
  }
}
