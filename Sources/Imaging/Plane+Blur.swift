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
    let columns = wrappedIndices(count: width, reach: size / 2)
    let rows = wrappedIndices(count: height, reach: size / 2)

    var across = [Double](repeating: 0, count: values.count)
    for y in 0..<height {
      for x in 0..<width {
        var sum = 0.0
        for tap in 0..<size { sum += weights[tap] * values[y * width + columns[x + tap]] }
        across[y * width + x] = sum
      }
    }
    var both = [Double](repeating: 0, count: values.count)
    for y in 0..<height {
      for tap in 0..<size {
        let from = rows[y + tap] * width
        for x in 0..<width { both[y * width + x] += weights[tap] * across[from + x] }
      }
    }
    return Plane(width: width, height: height, values: both)
  }
}

/// The indices −reach ..< count + reach of a circle of `count` elements.
private func wrappedIndices(count: Int, reach: Int) -> [Int] {
  (-reach..<count + reach).map { index in
    let rest = index % count
    return rest < 0 ? rest + count : rest
  }
}
