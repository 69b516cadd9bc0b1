/// The threshold at which each pixel enters, and the pixels in that order.
///
/// A pixel's level is the number of the highest threshold that it reaches. The pixels are ordered
/// by falling level, those of one level row by row: a counting sort, linear in the pixels and the
/// levels.
struct ThresholdLevels {
  /// The numbers of pixels, falling in level.
  private let order: [Int32]

  /// Where each level begins in `order`, counted from the highest, and the end.
  private let starts: [Int]

  /// The number of levels.
  let count: Int

  /// Sorts pixels by level.
  ///
  /// - Parameters:
  ///   - levels: The level of each pixel, below `count`; -1 for a pixel that never enters.
  ///   - count: The number of levels.
  init(levels: [Int32], count: Int) {
    var starts = [Int](repeating: 0, count: count + 1)
    for level in levels where level >= 0 { starts[count - Int(level)] += 1 }
    for rank in 1...count { starts[rank] += starts[rank - 1] }
    var next = starts
    var order = [Int32](repeating: 0, count: starts[count])
    for (pixel, level) in levels.enumerated() where level >= 0 {
      let rank = count - 1 - Int(level)
      order[next[rank]] = Int32(pixel)
      next[rank] += 1
    }
    self.order = order
    self.starts = starts
    self.count = count
  }

  /// The pixels that enter at a level.
  subscript(level: Int) -> ArraySlice<Int32> {
    order[starts[count - 1 - level]..<starts[count - level]]
  }
}

extension ThresholdLevels {
  /// The levels 0 to `steps` of values in [0, 1]: the largest `i` with value ≥ i / steps.
  init(normalized values: [Double], steps: Int) {
    let scale = Double(steps)
    let levels = values.map { value in
      var level = min(max(Int(value * scale), 0), steps)
      // The product is rounded, so that the quotient, which is the threshold, decides.
      while level < steps, Double(level + 1) / scale <= value { level += 1 }
      while level > 0, Double(level) / scale > value { level -= 1 }
      return Int32(level)
    }
    self.init(levels: levels, count: steps + 1)
  }

  /// One level, of the values that are larger than a limit.
  init(_ values: [Double], above limit: Double) {
    self.init(levels: values.map { $0 > limit ? 0 : -1 }, count: 1)
  }
}
