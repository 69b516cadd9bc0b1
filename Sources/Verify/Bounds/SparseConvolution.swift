import Glibc
import Kernels

/// A convolution of an input that is zero nearly everywhere: its result, and what rounding may do to it.
///
/// The bound of a dense sum counts a rounding for each of its products. Where most of them are exact
/// zeros, most of those roundings do not happen: to add zero, and to multiply by zero or by a power of two, is
/// exact. What is left is counted for each result, and `γ_n` times the magnitudes of the terms that are not zero
/// bounds the error (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., section 3.1, and
/// section 3.3 on following an error through a computation):
/// - A sum of k terms that are not zero takes at most k − 1 roundings, in whatever order, as each node of its
///   tree that has only one such term below it is exact.
/// - A product takes none if one of its factors is a power of two, and else one.
///
/// So a sum of one product, of a weight with a power of two, is that weight to the bit. Winograd's
/// algorithm works on the transforms `U = G g Gᵀ` and `V = Bᵀ d B`:
/// - The points are fractions of powers of two, so that the elements of Bᵀ are multiples of some 2^q. Where
///   |Bᵀ||d||B| is below 2²⁴ times the unit of which all its terms are multiples, V is exact: a single
///   element of a few bits always is.
/// - An element of U is rounded once, or never if the rows of G have one element there and their product is a
///   power of two, as in the last row, (0, 0, 1).
/// - An element of the product sums as many channels as have an element of V there that may not be zero.
/// - A row of Aᵀ over k elements that may not be zero takes at most k − 1 roundings if all its
///   factors there are powers of two, and else as many as ``WinogradTransform`` states for whole rows.
///
/// An element at the last row and column of a patch shows what that makes possible: only the last element of V
/// is not zero, U there is the last weight itself, and Aᵀ passes it on to one result. With any number of bits it
/// comes back to the bit. In the first row and column U and the product are rounded, and nothing else.
///
/// The count is right only if the input of the convolution is exactly what is given here: not for a value that
/// the layers before have computed, nor behind a prologue.
struct SparseConvolution {
  let problem: ConvolutionProblem
  let algorithm: Algorithm

  /// Every element that is not zero.
  private let elements: [Element]

  /// One element of the input.
  private struct Element {
    var image: Int
    var channel: Int
    var y: Int
    var x: Int
    var value: Double
  }

  /// - Parameters:
  ///   - problem: The geometry.
  ///   - algorithm: How the kernel says that it sums.
  ///   - input: Of the problem's input shape.
  init(_ problem: ConvolutionProblem, _ algorithm: Algorithm, input: [Float]) {
    self.problem = problem
    self.algorithm = algorithm
    let shape = problem.input
    elements = input.indices.lazy.filter { input[$0] != 0 }.map { index in
      let (rest, pixel) = index.quotientAndRemainder(dividingBy: shape.planeCount)
      return Element(
        image: rest / shape.channels, channel: rest % shape.channels, y: pixel / shape.width,
        x: pixel % shape.width, value: Double(input[index]))
    }
  }

  /// What every result is a sum of.
  struct Sums {
    /// The exact results, without bias.
    var exact: [Double]

    /// The magnitudes of the terms of each, added up.
    fileprivate var magnitudes: [Double]

    /// The terms that are not zero.
    fileprivate var terms: [Int32]

    /// Whether one of them is a product that is rounded.
    fileprivate var isRounded: [Bool]
  }

  /// Sums by the definition, over the elements that are not zero.
  ///
  /// - Parameter weights: `[outputChannels, groupInputChannels, kH, kW]`.
  /// - Returns: Numbers for each result, `[N, K, P, Q]`.
  func sums(_ weights: Span<Float>) -> Sums {
    let (p, result) = (problem, problem.output)
    var sums = Sums(
      exact: [Double](repeating: 0, count: result.count),
      magnitudes: [Double](repeating: 0, count: result.count),
      terms: [Int32](repeating: 0, count: result.count),
      isRounded: [Bool](repeating: false, count: result.count))
    for element in elements {
      let isPower = Self.isPowerOfTwo(element.value)
      let (group, place) = element.channel.quotientAndRemainder(dividingBy: p.groupInputChannels)
      for r in 0..<p.kernel.height {
        guard
          let y = Self.place(element.y + p.padding.top - r * p.dilation.height, p.stride.height),
          y < result.height
        else { continue }
        for s in 0..<p.kernel.width {
          guard
            let x = Self.place(element.x + p.padding.left - s * p.dilation.width, p.stride.width),
            x < result.width
          else { continue }
          let tap = r * p.kernel.width + s
          for k in group * p.groupOutputChannels..<(group + 1) * p.groupOutputChannels {
            let weight = Double(
              weights[(k * p.groupInputChannels + place) * p.kernel.height * p.kernel.width + tap])
            guard weight != 0 else { continue }
            let index =
              (element.image * result.channels + k) * result.planeCount + y * result.width + x
            sums.exact[index] += weight * element.value
            sums.magnitudes[index] += (weight * element.value).magnitude
            sums.terms[index] += 1
            if !isPower, !Self.isPowerOfTwo(weight) { sums.isRounded[index] = true }
          }
        }
      }
    }
    return sums
  }

  /// The result whose window begins so many pixels, dilated taps counted, before an element; nil if there
  /// is none.
  private static func place(_ distance: Int, _ stride: Int) -> Int? {
    distance >= 0 && distance % stride == 0 ? distance / stride : nil
  }

  /// What rounding may do to each result at most, `[N, K, P, Q]`; underflow is not counted.
  ///
  /// - Parameters:
  ///   - sums: What ``sums(_:)`` returned for the weights.
  ///   - weights: `[outputChannels, groupInputChannels, kH, kW]`.
  ///   - bias: What is added to each output channel; nil for nothing.
  /// - Returns: 0 where the result is exact.
  func errors(_ sums: Sums, _ weights: Span<Float>, bias: [Float]?) -> [Double] {
    if case .winograd(let transform) = algorithm {
      return SparseWinograd(problem, transform).errors(
        elements.map { ($0.image, $0.channel, $0.y, $0.x, $0.value) }, weights, bias: bias)
    }
    return sums.exact.indices.map { index in
      let terms = Int(sums.terms[index])
      let bias = bias?[index / problem.output.planeCount % problem.outputChannels] ?? 0
      guard terms > 0 else { return 0 }
      let roundings =
        terms - 1 + (sums.isRounded[index] ? 1 : 0) + (bias != 0 ? 1 : 0)
      let magnitude = sums.magnitudes[index] + Double(bias.magnitude)
      if case .reduced(let bits) = algorithm {
        return Self.gamma(roundings) * magnitude
          + ConvolutionBound.operandError(bits) * sums.magnitudes[index] * 1.0001
      }
      guard algorithm == .direct, roundings > 0 else {
        return Self.gamma(roundings) * magnitude
      }
      // Summed in double precision, where a product is exact, and rounded once.
      return RoundingModel.unitRoundoff * (sums.exact[index] + Double(bias)).magnitude
        + Double(roundings) * 0x1p-52 * magnitude
    }
  }

  /// γ_n = n·u / (1 − n·u).
  static func gamma(_ roundings: Int) -> Double {
    let product = Double(roundings) * RoundingModel.unitRoundoff
    return product < 0.5 ? product / (1 - product) : .infinity
  }

  /// Whether multiplication by a number is exact.
  static func isPowerOfTwo(_ value: Double) -> Bool {
    value.isFinite && value != 0 && value.significand == 1
  }
}

/// The bound of a ``SparseConvolution`` by Winograd's algorithm.
private struct SparseWinograd {
  private let problem: ConvolutionProblem
  private let transform: WinogradTransform

  /// Bᵀ `[patch][patch]`, G `[patch][3]` and Aᵀ `[tile][patch]`.
  private let inputMatrix: [[Double]]
  private let kernelMatrix: [[Double]]
  private let outputMatrix: [[Double]]

  /// What all elements of Bᵀ are multiples of.
  private let unit: Double

  /// The elements of a channel in one patch.
  private struct Patch {
    var elements: [(i: Int, j: Int, value: Double)] = []
  }

  init(_ problem: ConvolutionProblem, _ transform: WinogradTransform) {
    self.problem = problem
    self.transform = transform
    inputMatrix = transform.input
    kernelMatrix = transform.kernel
    outputMatrix = transform.output
    unit = inputMatrix.joined().filter { $0 != 0 }.map(Self.lastBit).min() ?? 1
  }

  /// The place of the last bit of a number that is not 0.
  private static func lastBit(_ value: Double) -> Double {
    let zeros = min(52, value.significandBitPattern.trailingZeroBitCount)
    return scalbn(1, Int(value.exponent) - 52 + zeros)
  }

  /// The roundings of one row of Aᵀ.
  ///
  /// - Parameters:
  ///   - row: The row.
  ///   - isThere: Whether the element that a column multiplies may be other than 0.
  /// - Returns: The most that one of its terms goes through.
  private func roundings(_ row: [Double], _ isThere: (Int) -> Bool) -> Int {
    let factors = row.indices.filter { row[$0] != 0 && isThere($0) }.map { row[$0] }
    guard !factors.isEmpty else { return 0 }
    return factors.allSatisfy(SparseConvolution.isPowerOfTwo)
      ? min(factors.count - 1, transform.outputRoundings) : transform.outputRoundings
  }

  func errors(
    _ elements: [(image: Int, channel: Int, y: Int, x: Int, value: Double)], _ weights: Span<Float>,
    bias: [Float]?
  ) -> [Double] {
    let (side, patch, shape) = (transform.tile, transform.patch, problem.output)
    let rows = (shape.height + side - 1) / side
    let columns = (shape.width + side - 1) / side
    var tiles: [Int: [Int: Patch]] = [:]
    for element in elements {
      let (y, x) = (element.y + problem.padding.top, element.x + problem.padding.left)
      for row in max(0, (y - patch) / side)..<rows where y >= row * side && y < row * side + patch {
        for column in max(0, (x - patch) / side)..<columns
        where x >= column * side && x < column * side + patch {
          tiles[(element.image * rows + row) * columns + column, default: [:]][
            element.channel, default: Patch()
          ].elements.append((y - row * side, x - column * side, element.value))
        }
      }
    }
    var result = [Double](repeating: 0, count: shape.count)
    for (tile, channels) in tiles {
      let (rest, column) = tile.quotientAndRemainder(dividingBy: columns)
      let (image, row) = rest.quotientAndRemainder(dividingBy: rows)
      let errors = errors(channels, weights, bias: bias)
      for k in 0..<shape.channels {
        for y in 0..<min(side, shape.height - row * side) {
          for x in 0..<min(side, shape.width - column * side) {
            let place = (image * shape.channels + k) * shape.planeCount
            result[place + (row * side + y) * shape.width + column * side + x] =
              errors[(k * side + y) * side + x]
          }
        }
      }
    }
    return result
  }

  /// The bounds of one tile, `[K][side][side]`.
  private func errors(_ channels: [Int: Patch], _ weights: Span<Float>, bias: [Float]?) -> [Double]
  {
    let (side, patch) = (transform.tile, transform.patch)
    let count = patch * patch
    // |Bᵀ||d||B| of each channel, and what is known of all of them together.
    var transformed: [(channel: Int, magnitudes: [Double])] = []
    var terms = [Int](repeating: 0, count: count)
    var roundings = [Int](repeating: 0, count: count)
    for (channel, held) in channels.sorted(by: { $0.key < $1.key }) {
      var magnitudes = [Double](repeating: 0, count: count)
      for element in held.elements {
        for i in 0..<patch {
          for j in 0..<patch {
            magnitudes[i * patch + j] +=
              (inputMatrix[i][element.i] * inputMatrix[j][element.j] * element.value).magnitude
          }
        }
      }
      let unit = unit * unit * (held.elements.map { Self.lastBit($0.value) }.min() ?? 1)
      let isExact = magnitudes.allSatisfy { $0 <= 0x1p24 * unit }
      for index in 0..<count where magnitudes[index] > 0 {
        terms[index] += 1
        let isPower =
          held.elements.count == 1 && SparseConvolution.isPowerOfTwo(magnitudes[index])
        let own = (isExact ? 0 : 2 * transform.inputRoundings) + (isPower ? 0 : 1)
        roundings[index] = max(roundings[index], own)
      }
      transformed.append((channel, magnitudes))
    }
    for index in 0..<count where terms[index] > 0 {
      let factors = kernelMatrix[index / patch].flatMap { a in
        kernelMatrix[index % patch].map { a * $0 }
      }.filter { $0 != 0 }
      let isExact = factors.count == 1 && SparseConvolution.isPowerOfTwo(factors[0])
      roundings[index] += terms[index] - 1 + (isExact ? 0 : transform.kernelRoundings)
    }
    /// The roundings of both directions of Aᵀ m A on the way from element (i, j) to a result.
    let down = (0..<side).map { y in
      (0..<patch).map { j in self.roundings(outputMatrix[y]) { terms[$0 * patch + j] > 0 } }
    }
    let across = (0..<side).map { y in
      (0..<side).map { x in
        self.roundings(outputMatrix[x]) { j in
          (0..<patch).contains { outputMatrix[y][$0] != 0 && terms[$0 * patch + j] > 0 }
        }
      }
    }
    let kernelMagnitudes = kernelMatrix.map { $0.map(\.magnitude) }
    var result = [Double](repeating: 0, count: problem.outputChannels * side * side)
    for k in 0..<problem.outputChannels {
      // |G||g||Gᵀ| ⊙ |Bᵀ||d||B|, summed over the channels.
      var products = [Double](repeating: 0, count: count)
      for (channel, magnitudes) in transformed {
        let first = (k * problem.groupInputChannels + channel) * 9
        for i in 0..<patch {
          let row = (0..<3).map { b in
            (0..<3).reduce(0.0) {
              $0 + kernelMagnitudes[i][$1] * Double(weights[first + 3 * $1 + b].magnitude)
            }
          }
          for j in 0..<patch where magnitudes[i * patch + j] > 0 {
            let kernel = (0..<3).reduce(0.0) { $0 + row[$1] * kernelMagnitudes[j][$1] }
            products[i * patch + j] += kernel * magnitudes[i * patch + j]
          }
        }
      }
      let bias = Double(bias?[k].magnitude ?? 0)
      for y in 0..<side {
        for x in 0..<side {
          var error = 0.0
          var magnitude = 0.0
          for index in 0..<count where products[index] > 0 {
            let (i, j) = index.quotientAndRemainder(dividingBy: patch)
            let term = (outputMatrix[y][i] * outputMatrix[x][j]).magnitude * products[index]
            guard term > 0 else { continue }
            let number = roundings[index] + down[y][j] + across[y][x] + (bias == 0 ? 0 : 1)
            error += SparseConvolution.gamma(number) * term
            magnitude += term
          }
          if magnitude > 0, bias > 0 { error += SparseConvolution.gamma(1) * bias }
          result[(k * side + y) * side + x] = error
        }
      }
    }
    return result
  }
}
