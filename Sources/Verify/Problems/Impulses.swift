import Kernels

/// Inputs that are zero but for single elements, 1 or −1, so far apart that no result sees two of them.
///
/// Every result is then one weight or zero, and no rounding is left behind which a weight of too few bits
/// could hide. In each group of channels another channel holds the element from place to place.
struct Impulses {
  let problem: ConvolutionProblem

  /// The distance between two of them.
  let spacing: Size

  /// The distance where Winograd's algorithm may run: no patch of its tiles of 2, 4 or 6, which are up to
  /// 8 wide, sees two.
  private static let patch = 8

  init(_ problem: ConvolutionProblem) {
    self.problem = problem
    spacing =
      WinogradBackend().refusal(of: problem) == nil
      ? Size(Self.patch)
      : Size(
        height: (problem.kernel.height - 1) * problem.dilation.height + 1,
        width: (problem.kernel.width - 1) * problem.dilation.width + 1)
  }

  /// Where in a tile of 4 the elements stand: see ``SparseConvolution``.
  enum Place: Int, CaseIterable {
    /// In the last row and column of a patch, which give a weight back to the bit.
    case last = 5

    /// In its first ones, or those before the last of the patch before.
    case first = 4

    /// Where one patch alone sees it.
    case inside = 2
  }

  /// The rows, or columns, that hold an element.
  private func places(_ place: Place, _ spacing: Int, padding: Int, count: Int) -> [Int] {
    let first = ((place.rawValue - padding) % spacing + spacing) % spacing
    return first < count ? Array(stride(from: first, to: count, by: spacing)) : [count / 2]
  }

  private func rows(_ place: Place) -> [Int] {
    places(place, spacing.height, padding: problem.padding.top, count: problem.input.height)
  }

  private func columns(_ place: Place) -> [Int] {
    places(place, spacing.width, padding: problem.padding.left, count: problem.input.width)
  }

  /// The inputs that it takes until every channel has held an element.
  func inputCount(_ place: Place) -> Int {
    let each = problem.input.batch * rows(place).count * columns(place).count
    return (problem.groupInputChannels + each - 1) / each
  }

  /// One of these inputs.
  ///
  /// - Parameters:
  ///   - place: Where the elements stand.
  ///   - number: Which, from 0 on.
  ///   - generator: Decides the signs.
  /// - Returns: `[N, C, H, W]`.
  func input(_ place: Place, _ number: Int, using generator: inout SeededGenerator) -> [Float] {
    let shape = problem.input
    let (rows, columns) = (rows(place), columns(place))
    var input = [Float](repeating: 0, count: shape.count)
    var channel = number * shape.batch * rows.count * columns.count
    for image in 0..<shape.batch {
      for y in rows {
        for x in columns {
          for group in 0..<problem.groups {
            let own = group * problem.groupInputChannels + channel % problem.groupInputChannels
            let plane = (image * shape.channels + own) * shape.planeCount
            input[plane + y * shape.width + x] = Bool.random(using: &generator) ? 1 : -1
          }
          channel += 1
        }
      }
    }
    return input
  }
}
