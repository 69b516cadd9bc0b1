/// The matrices of the minimal filtering algorithm F(m×m, 3×3): m×m results of a 3×3 kernel from
/// (m+2)² products, `Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A` (Lavin & Gray, "Fast Algorithms for Convolutional
/// Neural Networks", CVPR 2016, section 4).
///
/// They follow from evaluating polynomials at chosen points and at infinity, and interpolating
/// (Toom-Cook; Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd Convolution for
/// Deep Neural Networks", ACM TOMS 46, 2020, section 3). With M(x) the product of (x − p) over the
/// finite points p:
/// - row p of Bᵀ holds the coefficients of M(x)/(x − p), and the last row those of M(x);
/// - row p of G is (1, p, p²) divided by the value of M(x)/(x − p) at p, and the last row (0, 0, 1);
/// - column p of Aᵀ is (1, p, …, p^(m−1)), and the last column (0, …, 0, 1).
public struct WinogradTransform: Hashable, Sendable {
  /// m: the side of a tile of results.
  public let tile: Int

  /// The finite points.
  public let points: [Double]

  /// The most roundings that an element goes through in one direction of `Bᵀ d B`, where each product
  /// by a constant, each sum, and a sum with a product in one instruction count one or two.
  package let inputRoundings: Int

  /// The same for `Aᵀ m A`.
  package let outputRoundings: Int

  /// The most that underflow adds to an element in one direction of `Bᵀ d B`, in halves of the smallest
  /// number.
  ///
  /// Each product by a constant adds 1, times the constants that come after it. Sums add nothing.
  let inputUnderflow: Double

  /// The same for `Aᵀ m A`.
  let outputUnderflow: Double

  /// F(2×2, 3×3): Bᵀ is one difference or sum of two elements; Aᵀ sums three, one after the other.
  public static let f2 = WinogradTransform(
    tile: 2, points: [0, 1, -1], inputRoundings: 1, outputRoundings: 2, inputUnderflow: 0,
    outputUnderflow: 0)

  /// F(4×4, 3×3) with points that lie closer to 1 than the usual 0, ±1, ±2, which leaves a quarter of
  /// the error.
  ///
  /// On the longest path through Bᵀ, in `(d₄ − b²d₂) ± a(d₃ − b²d₁)`, d₁ is multiplied, subtracted
  /// from, multiplied and added: 4 roundings without fused instructions. On the longest path through
  /// Aᵀ, in `(m₅ + a³(m₁ − m₂)) + b³(m₃ − m₄)`, m₁ is subtracted from, multiplied, added and added to:
  /// 4 roundings. In the first, three products underflow, of which one is multiplied by 3/2; in the
  /// second two.
  public static let f4 = WinogradTransform(
    tile: 4, points: [0, 0.75, -0.75, 1.5, -1.5], inputRoundings: 4, outputRoundings: 4,
    inputUnderflow: 3.5, outputUnderflow: 2)

  /// F(6×6, 3×3) with the points 0, ±1, ±2, ±1/2.
  ///
  /// No backend here runs it; its matrices and its bound are for one that does. The roundings
  /// are those of plain dot products: a row of Bᵀ or Aᵀ has up to 7 elements that are not 0, the first
  /// of which is multiplied and then added to six times.
  public static let f6 = WinogradTransform(
    tile: 6, points: [0, 1, -1, 2, -2, 0.5, -0.5], inputRoundings: 7, outputRoundings: 7,
    inputUnderflow: 7, outputUnderflow: 7)

  /// The transform for a side of a tile: 2, 4 or 6; nil for others.
  public static func of(tile: Int) -> WinogradTransform? {
    [f2, f4, f6].first { $0.tile == tile }
  }

  /// m + 2: the side of a patch of the input.
  public var patch: Int { tile + 2 }

  /// Bᵀ, `[patch][patch]`.
  public var input: [[Double]] {
    points.indices.map { index in
      Self.polynomial(points.enumerated().filter { $0.offset != index }.map(\.element)) + [0]
    } + [Self.polynomial(points)]
  }

  /// G, `[patch][3]`.
  public var kernel: [[Double]] {
    points.indices.map { index in
      let p = points[index]
      let scale = points.enumerated().filter { $0.offset != index }
        .reduce(1) { $0 * (p - $1.element) }
      return [1 / scale, p / scale, p * p / scale]
    } + [[0, 0, 1]]
  }

  /// Aᵀ, `[tile][patch]`.
  public var output: [[Double]] {
    (0..<tile).map { power in
      points.map { p in (0..<power).reduce(1) { value, _ in value * p } }
        + [power == tile - 1 ? 1 : 0]
    }
  }

  /// The coefficients of the polynomial with these roots, lowest first.
  private static func polynomial(_ roots: [Double]) -> [Double] {
    roots.reduce([1]) { coefficients, root in
      var product = [0] + coefficients
      for i in coefficients.indices { product[i] -= root * coefficients[i] }
      return product
    }
  }

  /// The roundings that one product of an input element and a weight goes through before it is part of a
  /// result, where `channels` such products are summed: the transformed weight is rounded once, the input
  /// and the result once for each direction and operation, the product and each sum once.
  public func roundings(channels: Int) -> Int {
    1 + 2 * inputRoundings + channels + 2 * outputRoundings
  }

  /// `G g Gᵀ` for one kernel of nine weights, `[patch][patch]`.
  func transformed(_ g: (Int) -> Double) -> [Double] {
    let kernel = kernel
    var result: [Double] = []
    result.reserveCapacity(patch * patch)
    for i in 0..<patch {
      let rows = (0..<3).map { j in
        kernel[i][0] * g(j) + kernel[i][1] * g(3 + j) + kernel[i][2] * g(6 + j)
      }
      for j in 0..<patch {
        result.append(
          rows[0] * kernel[j][0] + rows[1] * kernel[j][1] + rows[2] * kernel[j][2])
      }
    }
    return result
  }
}
