import Glibc

/// The weights of a Gaussian blur along one axis; they sum to 1.
///
/// The two-dimensional kernel exp(−(x² + y²) / 2σ²) / Σ is the product of two of these.
struct GaussianKernel {
  let weights: [Double]

  init(sigma: Double, size: Int) {
    let reach = size / 2
    let raw = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = raw.reduce(0, +)
    weights = raw.map { $0 / sum }
  }
}

extension Plane {
  /// Blurs with a Gaussian of `size` × `size` elements, whose weights sum to 1.
  ///
  /// The plane is **circular**: what leaves on the right comes in on the left. That is what EBImage's
  /// `filter2` does; a hot corner shines at the other three. Two passes of `size` multiply-adds per
  /// element, which agree with one pass of `size`² to a few units of the last place.
  ///
  /// - Precondition: `size` is odd and `sigma` is positive.
  public func gaussianBlurred(sigma: Double = 2, size: Int = 7) -> Plane {
    precondition(size > 0 && size % 2 == 1 && sigma > 0, "a blur has an odd size and a width")
    let weights = GaussianKernel(sigma: sigma, size: size).weights
    let reach = size / 2
    let columns = wrappedIndices(count: width, reach: reach)
    let rows = wrappedIndices(count: height, reach: reach)

    var across = [Double](repeating: 0, count: values.count)
    var line = [Double](repeating: 0, count: columns.count)
    for y in 0..<height {
      for x in columns.indices { line[x] = values[y * width + columns[x]] }
      for tap in 0..<size {
        add(weights[tap], line, from: tap, to: &across, at: y * width, count: width)
      }
    }
    var both = [Double](repeating: 0, count: values.count)
    for y in 0..<height {
      for tap in 0..<size {
        add(
          weights[tap], across, from: rows[y + tap] * width, to: &both, at: y * width, count: width)
      }
    }
    return Plane(width: width, height: height, values: both)
  }
}

/// Adds `weight` times a stretch of `source` to a stretch of `target`.
private func add(
  _ weight: Double, _ source: [Double], from start: Int, to target: inout [Double], at place: Int,
  count: Int
) {
  precondition(start >= 0 && place >= 0 && count >= 0)
  precondition(start + count <= source.count && place + count <= target.count)
  unsafe source.withUnsafeBufferPointer { source in
    unsafe target.withUnsafeMutableBufferPointer { target in
      for index in 0..<count {
        unsafe target[place + index] += weight * source[start + index]
      }
    }
  }
}

/// The indices −reach ..< count + reach of a circle of `count` elements.
private func wrappedIndices(count: Int, reach: Int) -> [Int] {
  (-reach..<count + reach).map { index in
    let rest = index % count
    return rest < 0 ? rest + count : rest
  }
}
