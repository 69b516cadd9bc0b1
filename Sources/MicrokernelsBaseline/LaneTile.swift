/// Sums products lane by lane for consecutive pixels and one vector of channels:
/// `y[p][l] = start + Σ_t x[offsets[t] + p·V + l] · w[t][l]`.
///
/// This is what a depthwise convolution needs, and one whose groups are narrower than a vector once
/// their channels have been lined up.
///
/// - Parameters:
///   - pixels: The number of pixels, at least 1.
///   - terms: The number of products of each sum.
///   - x: The first pixel.
///   - offsets: Where each term's elements lie, relative to `x`.
///   - w: `[terms][V]` weights.
///   - accumulates: Whether the sums start from what `y` holds; else from the bias.
///   - bias: One vector.
///   - relu: Whether the results go through `max(0, ·)`, which keeps NaN.
///   - y: Where the first pixel goes; the next one is V further.
public func multiplyLanes(
  _ pixels: Int, _ terms: Int, _ x: UnsafePointer<Float>, _ offsets: UnsafePointer<Int>,
  _ w: UnsafePointer<Float>, _ accumulates: Bool, _ bias: UnsafePointer<Float>, _ relu: Bool,
  _ y: UnsafeMutablePointer<Float>
) {
  let width = Lanes.scalarCount
  let rows = 8
  var x = x
  var y = y
  var left = pixels
  while left >= rows {
    var sums = InlineArray<8, Lanes>(repeating: load(bias))
    if accumulates {
      for i in 0..<rows { sums[i] = load(y + i &* width) }
    }
    for term in 0..<terms {
      let p = x + offsets[term]
      let weights = load(w + term &* width)
      for i in 0..<rows { sums[i] = multiplyAdd(sums[i], load(p + i &* width), weights) }
    }
    for i in 0..<rows { store(relu ? rectified(sums[i]) : sums[i], y + i &* width) }
    x += rows &* width
    y += rows &* width
    left &-= rows
  }
  while left > 0 {
    var sum = accumulates ? load(y) : load(bias)
    for term in 0..<terms {
      sum = multiplyAdd(sum, load(x + offsets[term]), load(w + term &* width))
    }
    store(relu ? rectified(sum) : sum, y)
    x += width
    y += width
    left &-= 1
  }
}
