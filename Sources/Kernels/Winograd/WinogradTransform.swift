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

  /// The roundings that a weight goes through in `G g Gᵀ`: 1 where that is computed in double precision.
  package let kernelRoundings: Int

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
    tile: 2, points: [0, 1, -1], kernelRoundings: 1, inputRoundings: 1, outputRoundings: 2,
    inputUnderflow: 0,
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
    tile: 4, points: [0, 0.75, -0.75, 1.5, -1.5], kernelRoundings: 1, inputRoundings: 4,
    outputRoundings: 4, inputUnderflow: 3.5, outputUnderflow: 2)

  /// F(6×6, 3×3) with the points 0, ±1, ±2, ±1/2.
  ///
  /// No backend here runs it; its matrices and its bound are for one that does. The roundings
  /// are those of plain dot products: a row of Bᵀ or Aᵀ has up to 7 elements that are not 0, the first
  /// of which is multiplied and then added to six times.
  public static let f6 = WinogradTransform(
    tile: 6, points: [0, 1, -1, 2, -2, 0.5, -0.5], kernelRoundings: 1, inputRoundings: 7,
    outputRoundings: 7, inputUnderflow: 7, outputUnderflow: 7)

  /// The largest side of a tile at other points.
  package static let largestTile = 8

  /// F(m×m, 3×3) at points of a kernel's own; nil unless they are m + 1 numbers that differ, each 0 or of a
  /// magnitude from 2⁻⁸ to 2⁸, and m is from 2 to ``largestTile``.
  ///
  /// All three transforms are taken to be dot products in 32-bit floats: a row with n elements other than 0 is n
  /// roundings, and n products underflow. A matrix element that is no 32-bit float is one more.
  package init?(tile: Int, points: [Double]) {
    guard (2...Self.largestTile).contains(tile), points.count == tile + 1,
      Set(points).count == points.count,
      points.allSatisfy({ $0 == 0 || (0x1p-8...0x1p8).contains($0.magnitude) })
    else { return nil }
    // What is counted depends on the matrices, and they on the points alone.
    let plain = WinogradTransform(
      tile: tile, points: points, kernelRoundings: 0, inputRoundings: 0, outputRoundings: 0,
      inputUnderflow: 0, outputUnderflow: 0)
    func roundings(_ matrix: [[Double]]) -> Int {
      matrix.map { row in
        row.count { $0 != 0 } + (row.contains { Double(Float($0)) != $0 } ? 1 : 0)
      }.max() ?? 0
    }
    let (input, output) = (roundings(plain.input), roundings(plain.output))
    self.init(
      tile: tile, points: points, kernelRoundings: 2 * roundings(plain.kernel),
      inputRoundings: input, outputRoundings: output, inputUnderflow: Double(input),
      outputUnderflow: Double(output))
  }

  private init(
    tile: Int, points: [Double], kernelRoundings: Int, inputRoundings: Int, outputRoundings: Int,
    inputUnderflow: Double, outputUnderflow: Double
  ) {
    self.tile = tile
    self.points = points
    self.kernelRoundings = kernelRoundings
    self.inputRoundings = inputRoundings
    self.outputRoundings = outputRoundings
    self.inputUnderflow = inputUnderflow
    self.outputUnderflow = outputUnderflow
  }

  /// The transform for a side of a tile at the points of this library: 2, 4 or 6; nil for others.
  public static func of(tile: Int) -> WinogradTransform? {
    [f2, f4, f6].first { $0.tile == tile }
  }

  /// Whether elements of the matrices are rounded before they are multiplied with, which errs to one side.
  package var hasRoundedConstants: Bool {
    let matrices = kernelRoundings > 1 ? [input, kernel, output] : [input, output]
    return matrices.joined().joined().contains { Double(Float($0)) != $0 }
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
  /// result, where `channels` such products are summed: those of the transformed weight, the input
  /// and the result once for each direction and operation, the product and each sum once.
  public func roundings(channels: Int) -> Int {
    kernelRoundings + 2 * inputRoundings + channels + 2 * outputRoundings
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

extension WinogradTransform: CustomStringConvertible {
  public var description: String {
    let name = "winograd F(\(tile)×\(tile))"
    guard self != Self.of(tile: tile) else { return name }
    return name + " at " + points.map { "\($0)" }.joined(separator: ", ")
  }
}
