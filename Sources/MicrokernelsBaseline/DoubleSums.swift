/// The elements whose sums ``addProducts(_:_:_:_:_:_:)`` computes together.
private typealias Elements = SIMD16<Double>

// As many rows at a time as there are registers for their sums; each row is read once more for every group.
#if AVX512
  private typealias Group = InlineArray<4, Elements>
#elseif AVX2
  private typealias Group = InlineArray<2, Elements>
#else
  private typealias Group = InlineArray<1, Elements>
#endif

/// Adds products of double precision to the sums of sixteen elements in each of several rows.
///
/// `y[r][i] += Σ_k x[k][i] · w[r · wStride + k]` for i below 16, in the order of k. Each product and each sum is
/// rounded by itself, so that the bits do not depend on the instruction set.
///
/// - Parameters:
///   - rows: The rows of `y` and of `w`.
///   - terms: The products of each sum.
///   - w: The factors of each row.
///   - wStride: The elements from a row of factors to the next.
///   - x: `[terms, 16]`.
///   - y: `[rows, 16]`.
public func addProducts(
  _ rows: Int, _ terms: Int, _ w: UnsafePointer<Float>, _ wStride: Int,
  _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
) {
  let width = Elements.scalarCount
  let together = Group(repeating: Elements()).count
  var row = 0
  while row + together <= rows {
    let factors = w + row * wStride
    var sums = Group(repeating: Elements())
    for r in 0..<together { sums[r] = load(UnsafePointer(y) + (row + r) * width) }
    for k in 0..<terms {
      let values = load(x + k * width)
      for r in 0..<together { sums[r] += values * Double(factors[r * wStride + k]) }
    }
    for r in 0..<together { store(sums[r], y + (row + r) * width) }
    row += together
  }
  while row < rows {
    let factors = w + row * wStride
    var sum = load(UnsafePointer(y) + row * width)
    for k in 0..<terms { sum += load(x + k * width) * Double(factors[k]) }
    store(sum, y + row * width)
    row += 1
  }
}

@inline(__always)
private func load(_ pointer: UnsafePointer<Double>) -> Elements {
  UnsafeRawPointer(pointer).loadUnaligned(as: Elements.self)
}

@inline(__always)
private func store(_ value: Elements, _ pointer: UnsafeMutablePointer<Double>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Elements.self)
}
