/// What underflow, and what overflow, can do to a Winograd convolution.
///
/// A product that is below the smallest normal number is off by half of the smallest number, η, whatever
/// its size; sums are exact there (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed.,
/// section 2.2). Such an error is passed on by all that follows, to first order by magnitude:
/// - An element of `V = Bᵀ d B` is off by `E_V = e(1 + r)η`: e is what one direction adds
///   (``WinogradTransform/inputUnderflow``), and the second direction passes on what the first has added
///   with at most r, the largest sum of a row of |Bᵀ|.
/// - An element of `U = G g Gᵀ`, computed in double precision, is rounded once: `E_U = η`. If the weights
///   were rounded before, as folding does, that is `E_U = (1 + s²)η` with s the largest sum of a row of |G|.
/// - A sum over C channels of products is off by `E_M = Σ|U|·E_V + Σ|V|·E_U + C·η`.
/// - `Y = Aᵀ M A` passes that on as `|Aᵀ| E_M |A|` and adds `e(1 + r)η` itself.
public struct WinogradUnderflow {
  private let problem: ConvolutionProblem
  private let transform: WinogradTransform
  private let rows: Int
  private let columns: Int

  /// |A|ᵀ, `[tile][patch]`, and |Bᵀ|, `[patch][patch]`.
  private let outputMatrix: [[Double]]
  private let inputMatrix: [[Double]]

  /// - Parameters:
  ///   - problem: A 3×3 convolution of stride 1 without dilation and groups.
  ///   - transform: The algorithm.
  public init(_ problem: ConvolutionProblem, _ transform: WinogradTransform) {
    self.problem = problem
    self.transform = transform
    rows = (problem.output.height + transform.tile - 1) / transform.tile
    columns = (problem.output.width + transform.tile - 1) / transform.tile
    outputMatrix = transform.output.map { $0.map(\.magnitude) }
    inputMatrix = transform.input.map { $0.map(\.magnitude) }
  }

  /// The largest sum of a row's magnitudes.
  private static func rowSum(_ matrix: [[Double]]) -> Double {
    matrix.map { $0.reduce(0) { $0 + $1.magnitude } }.max() ?? 0
  }

  /// The error of each result, in units of η.
  ///
  /// Cost: less than that of one input channel of the convolution for each output channel.
  ///
  /// - Parameters:
  ///   - input: Of the problem's input shape.
  ///   - weights: `[outputChannels, inputChannels, 3, 3]`.
  ///   - scales: What folding multiplies the weights of each output channel by; nil if nothing is folded.
  /// - Returns: A tensor of the problem's output shape.
  public func errors(input: Tensor<Double>, weights: Span<Float>, scales: [Double]?) -> Tensor<
    Double
  > {
    let side = transform.tile
    let patch = transform.patch
    let shape = problem.output
    let ofInput = transform.inputUnderflow * (1 + Self.rowSum(transform.input))
    let ofOutput = transform.outputUnderflow * (1 + Self.rowSum(transform.output))
    let kernelSum = Self.rowSum(transform.kernel)
    let ofKernel = scales == nil ? 1 : 1 + kernelSum * kernelSum
    // What does not depend on the output channel: the patches, summed over their channels.
    let sums = overChannels(input) { $0 + $1.magnitude }
    let patches = patches(of: sums)
    var common = [Double](repeating: 0, count: shape.batch * shape.planeCount)
    for i in 0..<patch {
      for j in 0..<patch {
        let elements = patches[i * patch + j]
        for (pixel, place) in places().enumerated() {
          let factor = outputMatrix[place.y % side][i] * outputMatrix[place.x % side][j]
          common[pixel] +=
            factor * (ofKernel * elements[place.tile] + Double(problem.input.channels))
        }
      }
    }
    var result = Tensor<Double>(shape: shape, repeating: ofOutput)
    for channel in 0..<shape.channels {
      let own = kernelErrors(channel, weights).map {
        $0 * ofInput * (scales?[channel].magnitude ?? 1)
      }
      for (pixel, place) in places().enumerated() {
        let index =
          (place.image * shape.channels + channel) * shape.planeCount + place.y * shape.width
          + place.x
        result.elements[index] += common[pixel] + own[place.y % side * side + place.x % side]
      }
    }
    return result
  }

  /// The results for which an intermediate value may exceed a limit, whatever they are themselves.
  ///
  /// That is an element of `U` or `V`, or a sum that is made of them, of which no coefficient of |A| that
  /// is not 0 leaves less than its square.
  ///
  /// - Parameters:
  ///   - limit: The largest number.
  ///   - magnitudes: The result of ``WinogradMagnitudes``.
  ///   - input: Of the problem's input shape.
  ///   - weights: `[outputChannels, inputChannels, 3, 3]`.
  /// - Returns: One element for each of the results, or nil for none of them.
  public func overflows(
    beyond limit: Double, magnitudes: Tensor<Double>, input: Tensor<Double>, weights: Span<Float>
  ) -> [Bool]? {
    let least = outputMatrix.joined().filter { $0 != 0 }.min() ?? 1
    let shape = problem.output
    var result = magnitudes.elements.map { !($0 / (least * least) < limit) }
    let largest = overChannels(input) { max($0, $1.magnitude) }
    let growth = Self.rowSum(transform.input)
    if !((largest.elements.max() ?? 0) * growth * growth < limit) {
      let patches = patches(of: largest)
      for (pixel, place) in places().enumerated()
      where patches.contains(where: { !($0[place.tile] < limit) }) {
        let (image, inPlane) = pixel.quotientAndRemainder(dividingBy: shape.planeCount)
        for channel in 0..<shape.channels {
          result[(image * shape.channels + channel) * shape.planeCount + inPlane] = true
        }
      }
    }
    let kernelSum = Self.rowSum(transform.kernel)
    for channel in 0..<shape.channels {
      var most = 0.0
      for k in (channel * problem.depth)..<((channel + 1) * problem.depth) {
        most = max(most, Double(weights[k].magnitude))
      }
      guard !(most * kernelSum * kernelSum < limit) else { continue }
      for image in 0..<shape.batch {
        let first = (image * shape.channels + channel) * shape.planeCount
        for i in first..<(first + shape.planeCount) { result[i] = true }
      }
    }
    return result.contains(true) ? result : nil
  }

  /// A pixel of the output and the tile that it is in.
  private struct Place {
    var image: Int
    var y: Int
    var x: Int
    var tile: Int
  }

  private func places() -> some Sequence<Place> {
    let shape = problem.output
    return (0..<(shape.batch * shape.planeCount)).lazy.map { pixel in
      let (image, inPlane) = pixel.quotientAndRemainder(dividingBy: shape.planeCount)
      let (y, x) = inPlane.quotientAndRemainder(dividingBy: shape.width)
      return Place(
        image: image, y: y, x: x,
        tile: (image * rows + y / transform.tile) * columns + x / transform.tile)
    }
  }

  /// A map of one channel.
  private func overChannels(_ input: Tensor<Double>, _ body: (Double, Double) -> Double) -> Tensor<
    Double
  > {
    let shape = input.shape
    var result = Tensor<Double>(
      shape: TensorShape(
        batch: shape.batch, channels: 1, height: shape.height, width: shape.width), repeating: 0)
    for (index, value) in input.elements.enumerated() {
      let place = index / shape.imageCount * shape.planeCount + index % shape.planeCount
      result.elements[place] = body(result.elements[place], value)
    }
    return result
  }

  /// `|Bᵀ||d||B|` of a map of one channel, by element of the patch: `[tiles]` each.
  private func patches(of map: Tensor<Double>) -> [[Double]] {
    WinogradMagnitudes.patches(
      map.shape, problem.padding, transform, inputMatrix, map, rows: rows, columns: columns)
  }

  /// `|Aᵀ|(|G| Σ|g| |Gᵀ|)|A|` of one output channel, by place in a tile.
  private func kernelErrors(_ channel: Int, _ weights: Span<Float>) -> [Double] {
    let side = transform.tile
    let patch = transform.patch
    var sums = [Double](repeating: 0, count: 9)
    for c in 0..<problem.input.channels {
      for tap in 0..<9 {
        sums[tap] += Double(weights[channel * problem.depth + 9 * c + tap].magnitude)
      }
    }
    let matrix = transform.kernel.map { $0.map(\.magnitude) }
    var result = [Double](repeating: 0, count: side * side)
    for i in 0..<patch {
      for j in 0..<patch {
        var element = 0.0
        for a in 0..<3 {
          for b in 0..<3 { element += matrix[i][a] * matrix[j][b] * sums[3 * a + b] }
        }
        for y in 0..<side {
          for x in 0..<side {
            result[y * side + x] += outputMatrix[y][i] * outputMatrix[x][j] * element
          }
        }
      }
    }
    return result
  }
}
