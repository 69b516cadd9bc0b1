/// What the rounding errors of a Winograd convolution are relative to.
///
/// For sums, that is `Σ|w||x|`. Here the inputs are combined before they are multiplied and the
/// products afterwards, and what cancels in exact arithmetic has already been rounded. Every element
/// of `Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A` is a sum of products of one weight, one input and constants; with
/// all of them taken by magnitude it is `|Aᵀ|[(|G||g||Gᵀ|) ⊙ (|Bᵀ||d||B|)]|A|`, and if each product goes
/// through at most n roundings, the error is at most γ_n times that (Higham, "Accuracy and Stability of
/// Numerical Algorithms", 2nd ed., lemma 3.1 and section 3.1; Barabasz et al., ACM TOMS 46, 2020,
/// theorem 1).
public enum WinogradMagnitudes {
  /// Computes `|Aᵀ|[(|G||g||Gᵀ|) ⊙ (|Bᵀ||d||B|)]|A|`, summed over the input channels.
  ///
  /// - Parameters:
  ///   - problem: A 3×3 convolution of stride 1 without dilation and groups.
  ///   - transform: The algorithm.
  ///   - input: Of the problem's input shape.
  ///   - weights: `[outputChannels, inputChannels, 3, 3]`.
  ///   - team: The threads to use; the result does not depend on them.
  /// - Returns: A tensor of the problem's output shape. Cost: that of the convolution itself by the same
  ///   algorithm, in double precision.
  /// - Throws: ``ProblemError`` if the tiles of the batch are too many to address.
  public static func compute(
    _ problem: ConvolutionProblem, _ transform: WinogradTransform, input: Tensor<Double>,
    weights: Span<Float>, team: WorkerTeam
  ) throws(ProblemError) -> Tensor<Double> {
    let side = transform.tile
    let patch = transform.patch
    let elements = patch * patch
    let shape = problem.output
    let rows = (shape.height + side - 1) / side
    let columns = (shape.width + side - 1) / side
    let tiles = shape.batch * rows * columns
    let inputMatrix = transform.input.map { $0.map(\.magnitude) }
    let outputMatrix = transform.output.map { $0.map(\.magnitude) }
    let kernels = kernels(problem, transform, weights)
    let patches = patches(
      problem.input, problem.padding, transform, inputMatrix, input, rows: rows, columns: columns)
    let product = try ConvolutionProblem(
      input: TensorShape(channels: problem.input.channels, height: 1, width: tiles),
      outputChannels: shape.channels, kernel: Size(1))
    var result = Tensor<Double>(shape: shape, repeating: 0)
    for element in 0..<elements {
      let kernel = kernels[element]
      let products = ReferenceConvolution.convolve(
        product, input: Tensor(shape: product.input, elements: patches[element]),
        weights: kernel.span, bias: nil, team: team)
      let (i, j) = element.quotientAndRemainder(dividingBy: patch)
      for image in 0..<shape.batch {
        for channel in 0..<shape.channels {
          for y in 0..<shape.height {
            let factor = outputMatrix[y % side][i] / headroom
            guard factor != 0 else { continue }
            let row = ((image * shape.channels + channel) * shape.height + y) * shape.width
            let tile = (image * rows + y / side) * columns
            for x in 0..<shape.width {
              result.elements[row + x] +=
                factor * outputMatrix[x % side][j]
                * products.elements[channel * tiles + tile + x / side]
            }
          }
        }
      }
    }
    return result
  }

  /// `|G||g||Gᵀ|` of all kernels, by element of the patch: `[outputChannels, inputChannels]` each, times
  /// ``headroom``.
  private static func kernels(
    _ problem: ConvolutionProblem, _ transform: WinogradTransform, _ weights: Span<Float>
  ) -> [[Float]] {
    let patch = transform.patch
    let matrix = transform.kernel.map { $0.map(\.magnitude) }
    let count = problem.outputChannels * problem.input.channels
    var result = [[Float]](repeating: [Float](repeating: 0, count: count), count: patch * patch)
    for i in 0..<patch {
      for j in 0..<patch {
        for k in 0..<count {
          var sum = 0.0
          for a in 0..<3 {
            for b in 0..<3 {
              sum += matrix[i][a] * matrix[j][b] * Double(weights[9 * k + 3 * a + b].magnitude)
            }
          }
          result[i * patch + j][k] = Float(sum * headroom)
        }
      }
    }
    return result
  }

  /// A power of 2 that keeps kernels of the largest numbers within 32 bits when they are transformed.
  ///
  /// No row of |G| has a sum above 3/2. What the smallest numbers lose is covered by
  /// ``WinogradUnderflow``.
  private static let headroom = 0x1p-4

  /// `|Bᵀ||d||B|` of all patches, by element of the patch: `[inputChannels, tiles]` each.
  static func patches(
    _ shape: TensorShape, _ padding: Padding, _ transform: WinogradTransform, _ matrix: [[Double]],
    _ input: Tensor<Double>, rows: Int, columns: Int
  ) -> [[Double]] {
    let patch = transform.patch
    let tiles = shape.batch * rows * columns
    var result = [[Double]](
      repeating: [Double](repeating: 0, count: shape.channels * tiles), count: patch * patch)
    var d = [Double](repeating: 0, count: patch * patch)
    var half = d
    for tile in 0..<tiles {
      let (rest, column) = tile.quotientAndRemainder(dividingBy: columns)
      let (image, row) = rest.quotientAndRemainder(dividingBy: rows)
      let top = row * transform.tile - padding.top
      let left = column * transform.tile - padding.left
      for channel in 0..<shape.channels {
        let plane = (image * shape.channels + channel) * shape.planeCount
        for i in 0..<patch {
          for j in 0..<patch {
            let y = top + i
            let x = left + j
            d[i * patch + j] =
              y >= 0 && y < shape.height && x >= 0 && x < shape.width
              ? input.elements[plane + y * shape.width + x].magnitude : 0
          }
        }
        for i in 0..<patch {
          for j in 0..<patch {
            half[i * patch + j] = (0..<patch).reduce(0) { $0 + matrix[i][$1] * d[$1 * patch + j] }
          }
        }
        for i in 0..<patch {
          for j in 0..<patch {
            result[i * patch + j][channel * tiles + tile] = (0..<patch).reduce(0) {
              $0 + half[i * patch + $1] * matrix[j][$1]
            }
          }
        }
      }
    }
    return result
  }
}
