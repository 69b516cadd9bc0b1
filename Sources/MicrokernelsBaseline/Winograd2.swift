// F(2×2, 3×3): points 0, 1, −1, ∞. The matrices are those of `WinogradTransform` in Kernels.

/// `Bᵀ d B` of 4×4 patches of one block of channels, for tiles side by side.
///
/// - Parameters:
///   - tiles: The number of tiles.
///   - x: The upper left pixel of the first patch; the next one is 2 pixels further.
///   - rowStride: The elements from one row of pixels to the next.
///   - y: Where element (0, 0) of the first tile goes; the next tile is V further.
///   - yStride: The distance from one of the 16 elements to the next.
public func winograd2Input(
  _ tiles: Int, _ x: UnsafePointer<Float>, _ rowStride: Int, _ y: UnsafeMutablePointer<Float>,
  _ yStride: Int
) {
  let width = Lanes.scalarCount
  for tile in 0..<tiles {
    let rows = x + 2 &* tile &* width
    let y = y + tile &* width
    @inline(__always) func d(_ row: Int, _ column: Int) -> Lanes {
      load(rows + (row &* rowStride &+ column &* width))
    }
    @inline(__always)
    func put(_ row: Int, _ t: (Lanes, Lanes, Lanes, Lanes)) {
      let y = y + 4 &* row &* yStride
      store(t.2 - t.0, y)
      store(t.1 + t.2, y + yStride)
      store(t.2 - t.1, y + 2 &* yStride)
      store(t.3 - t.1, y + 3 &* yStride)
    }
    put(0, (d(2, 0) - d(0, 0), d(2, 1) - d(0, 1), d(2, 2) - d(0, 2), d(2, 3) - d(0, 3)))
    put(1, (d(1, 0) + d(2, 0), d(1, 1) + d(2, 1), d(1, 2) + d(2, 2), d(1, 3) + d(2, 3)))
    put(2, (d(2, 0) - d(1, 0), d(2, 1) - d(1, 1), d(2, 2) - d(1, 2), d(2, 3) - d(1, 3)))
    put(3, (d(3, 0) - d(1, 0), d(3, 1) - d(1, 1), d(3, 2) - d(1, 2), d(3, 3) - d(1, 3)))
  }
}

/// `Aᵀ m A + bias`, then `max(0, ·)` if `relu`, of one block of channels for tiles side by side.
///
/// - Parameters:
///   - tiles: The number of tiles.
///   - x: Element (0, 0) of the first tile; the next tile is V further.
///   - xStride: The distance from one of the 16 elements to the next.
///   - bias: One vector.
///   - relu: Whether the results go through `max(0, ·)`.
///   - y: Where the upper left pixel of the first tile goes; the next tile is 2 pixels further.
///   - yRowStride: The elements from one row of pixels to the next.
public func winograd2Output(
  _ tiles: Int, _ x: UnsafePointer<Float>, _ xStride: Int, _ bias: UnsafePointer<Float>,
  _ relu: Bool, _ y: UnsafeMutablePointer<Float>, _ yRowStride: Int
) {
  let width = Lanes.scalarCount
  let start = load(bias)
  for tile in 0..<tiles {
    let x = x + tile &* width
    let y = y + 2 &* tile &* width
    @inline(__always)
    func column(_ j: Int) -> (Lanes, Lanes) {
      let m1 = load(x + (4 &+ j) &* xStride)
      let m2 = load(x + (8 &+ j) &* xStride)
      return (
        load(x + j &* xStride) + (m1 + m2), (m1 - m2) + load(x + (12 &+ j) &* xStride)
      )
    }
    let c0 = column(0)
    let c1 = column(1)
    let c2 = column(2)
    let c3 = column(3)
    @inline(__always)
    func put(_ row: Int, _ t: (Lanes, Lanes, Lanes, Lanes)) {
      let first = (t.0 + (t.1 + t.2)) + start
      let second = ((t.1 - t.2) + t.3) + start
      store(relu ? rectified(first) : first, y + row &* yRowStride)
      store(relu ? rectified(second) : second, y + (row &* yRowStride &+ width))
    }
    put(0, (c0.0, c1.0, c2.0, c3.0))
    put(1, (c0.1, c1.1, c2.1, c3.1))
  }
}
