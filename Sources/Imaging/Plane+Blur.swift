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
  /// The plane is **circular**: what leaves on the right enters on the left. That is what EBImage's
  /// `filter2` does; a hot corner appears at the other three. Two passes of `size` multiply-adds per
  /// element, which agree with one pass of `size`² to a few units of the last place.
  ///
  /// - Precondition: `size` is odd and `sigma` is positive.
  package func gaussianBlurred(sigma: Double = 2, size: Int = 7) -> Plane {
    precondition(size > 0 && size % 2 == 1 && sigma > 0, "a blur has an odd size and a width")
    let weights = GaussianKernel(sigma: sigma, size: size).weights
    let reach = size / 2
    let columns = wrappedIndices(count: width, reach: reach)
    let rows = wrappedIndices(count: height, reach: reach)

    var across = [Double](repeating: 0, count: values.count)
    let neighbours = Array(0..<size)
    for y in 0..<height {
      let line = columns.map { values[y * width + $0] }
      sum(weights, of: line, from: neighbours, to: &across, at: y * width, count: width)
    }
    var both = [Double](repeating: 0, count: values.count)
    for y in 0..<height {
      let starts = rows[y..<(y + size)].map { $0 * width }
      sum(weights, of: across, from: starts, to: &both, at: y * width, count: width)
    }
    return Plane(width: width, height: height, values: both)
  }
}

/// Writes the sum of stretches of `source`, each times its weight, to a stretch of `target`.
///
/// Terms are added in the order of the weights, eight elements at a time.
private func sum(
  _ weights: [Double], of source: [Double], from starts: [Int], to target: inout [Double],
  at place: Int, count: Int
) {
  precondition(count >= 0 && place >= 0 && place + count <= target.count)
  precondition(starts.count == weights.count)
  precondition(starts.allSatisfy { $0 >= 0 && $0 + count <= source.count })
  unsafe source.withUnsafeBytes { source in
    unsafe target.withUnsafeMutableBytes { target in
      typealias Vector = SIMD8<Double>
      let whole = count / Vector.scalarCount * Vector.scalarCount
      for index in stride(from: 0, to: whole, by: Vector.scalarCount) {
        var total = Vector.zero
        for (weight, start) in zip(weights, starts) {
          let terms = unsafe source.loadUnaligned(
            fromByteOffset: (start + index) * MemoryLayout<Double>.stride, as: Vector.self)
          total += weight * terms
        }
        unsafe target.storeBytes(
          of: total, toByteOffset: (place + index) * MemoryLayout<Double>.stride, as: Vector.self)
      }
      for index in whole..<count {
        var total = 0.0
        for (weight, start) in zip(weights, starts) {
          let term = unsafe source.load(
            fromByteOffset: (start + index) * MemoryLayout<Double>.stride, as: Double.self)
          total += weight * term
        }
        unsafe target.storeBytes(
          of: total, toByteOffset: (place + index) * MemoryLayout<Double>.stride, as: Double.self)
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
