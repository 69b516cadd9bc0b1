// Operations on blocked maps, `[C/V][H·W][V]`: a pixel of a block is one vector.

/// Copies rows of pixels, with pixels of zeros before and after each.
///
/// - Parameters:
///   - rows: The number of rows.
///   - before: The zeros before each row.
///   - pixels: The pixels of a row.
///   - after: The zeros after it.
///   - x: The first pixel of the first row.
///   - xStride: The elements from one row of `x` to the next.
///   - y: Where the zeros before the first row go.
///   - yStride: The elements from one row of `y` to the next.
public func padBlock(
  _ rows: Int, _ before: Int, _ pixels: Int, _ after: Int, _ x: UnsafePointer<Float>,
  _ xStride: Int, _ y: UnsafeMutablePointer<Float>, _ yStride: Int
) {
  let width = Lanes.scalarCount
  for row in 0..<rows {
    let x = x + row &* xStride
    let y = y + row &* yStride
    for p in 0..<before { store(Lanes(), y + p &* width) }
    let middle = y + before &* width
    for p in 0..<pixels { store(load(x + p &* width), middle + p &* width) }
    let end = middle + pixels &* width
    for p in 0..<after { store(Lanes(), end + p &* width) }
  }
}

/// Copies one vector from each of a number of equally spaced places; only the first `lanes` elements of
/// each are kept, followed by zeros.
///
/// V elements are read at each place, whatever `lanes` is.
public func gatherBlock(
  _ count: Int, _ x: UnsafePointer<Float>, _ stride: Int, _ lanes: Int,
  _ y: UnsafeMutablePointer<Float>
) {
  let width = Lanes.scalarCount
  var indices = Lanes()
  for lane in 0..<width { indices[lane] = Float(lane) }
  let isKept = indices .< Lanes(repeating: Float(lanes))
  for i in 0..<count {
    store(Lanes().replacing(with: load(x + i &* stride), where: isKept), y + i &* width)
  }
}

/// `y[b][p][l] = scale[b][l] · x[b][p][l] + shift[b][l]`, then `max(0, y)` if `relu`, for consecutive
/// pixels in several blocks.
///
/// - Parameters:
///   - blocks: The number of blocks.
///   - pixels: The number of pixels.
///   - x: The first pixel in the first block.
///   - xStride: The elements from one block of `x` to the next.
///   - scale: One vector per block.
///   - shift: One vector per block.
///   - relu: Whether the results go through `max(0, ·)`.
///   - y: Where the first pixel of the first block goes.
///   - yStride: The elements from one block of `y` to the next.
public func scaleShiftBlocks(
  _ blocks: Int, _ pixels: Int, _ x: UnsafePointer<Float>, _ xStride: Int,
  _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ relu: Bool,
  _ y: UnsafeMutablePointer<Float>, _ yStride: Int
) {
  let width = Lanes.scalarCount
  for block in 0..<blocks {
    let x = x + block &* xStride
    let y = y + block &* yStride
    let scales = load(scale + block &* width)
    let shifts = load(shift + block &* width)
    if relu {
      for p in 0..<pixels {
        store(rectified(multiplyAdd(shifts, load(x + p &* width), scales)), y + p &* width)
      }
    } else {
      for p in 0..<pixels {
        store(multiplyAdd(shifts, load(x + p &* width), scales), y + p &* width)
      }
    }
  }
}

/// ``scaleShiftBlocks(_:_:_:_:_:_:_:_:_:)`` on each element of windows of `height × width` pixels that lie
/// side by side, and then their average.
///
/// - Parameters:
///   - windows: The number of windows.
///   - height: The rows of a window.
///   - width: The pixels of one of its rows, and the distance to the next window.
///   - x: The first pixel of the first window.
///   - rowStride: The elements from one row of pixels to the next.
///   - scale: One vector.
///   - shift: One vector.
///   - relu: Whether elements go through `max(0, ·)` before they are averaged.
///   - y: Where the first average goes.
public func averageBlock(
  _ windows: Int, _ height: Int, _ width: Int, _ x: UnsafePointer<Float>, _ rowStride: Int,
  _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ relu: Bool,
  _ y: UnsafeMutablePointer<Float>
) {
  let lanes = Lanes.scalarCount
  let scales = load(scale)
  let shifts = load(shift)
  let share = Lanes(repeating: 1 / Float(height &* width))
  for window in 0..<windows {
    var sum = Lanes()
    for row in 0..<height {
      let p = x + (row &* rowStride &+ window &* width &* lanes)
      for column in 0..<width {
        let value = multiplyAdd(shifts, load(p + column &* lanes), scales)
        sum += relu ? rectified(value) : value
      }
    }
    store(sum * share, y + window &* lanes)
  }
}

/// The largest or the average element of each of several consecutive windows in blocked maps.
///
/// - Parameters:
///   - windows: The number of windows.
///   - stride: The elements from one window to the next.
///   - taps: The pixels of a window.
///   - x: The first window.
///   - offsets: Where each pixel lies, relative to its window.
///   - divisor: What the sum is divided by; 0 for the largest element, where NaN wins.
///   - y: Where the first result goes.
public func poolBlock(
  _ windows: Int, _ stride: Int, _ taps: Int, _ x: UnsafePointer<Float>,
  _ offsets: UnsafePointer<Int>, _ divisor: Float, _ y: UnsafeMutablePointer<Float>
) {
  let width = Lanes.scalarCount
  for window in 0..<windows {
    let p = x + window &* stride
    var result = load(p + offsets[0])
    if divisor == 0 {
      for tap in 1..<taps {
        let value = load(p + offsets[tap])
        // `result` where it is greater or NaN, else `value`, which carries its own NaN.
        result = value.replacing(with: result, where: (result .> value) .| (result .!= result))
      }
    } else {
      for tap in 1..<taps { result += load(p + offsets[tap]) }
      result /= Lanes(repeating: divisor)
    }
    store(result, y + window &* width)
  }
}
