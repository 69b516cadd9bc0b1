/// The double-precision convolution that goldens and error bounds are computed with.
///
/// `y = bias + Σ_c Σ_ky Σ_kx w · x`, in that order, where x is zero in the padding; each product and
/// each sum is rounded to double, never contracted to a fused multiply-add, so that the bits are the
/// same on every machine.
///
/// ``DirectConvolution`` is the same sum by other means. It runs along one output plane; this one
/// gathers what sixteen output pixels read, once, and then sums for one output channel after the
/// other with the sixteen sums in registers, which keeps its speed on the small maps at the end of a
/// network.
public enum ReferenceConvolution {
  /// The output pixels that are computed together.
  fileprivate static let width = 16

  /// The output channels of one task: enough to make up for gathering the input.
  private static let channelsPerTask = 64

  /// The products that are gathered at a time: 2 MiB.
  fileprivate static let gatheredProducts = 1 << 14

  /// Convolves in double precision.
  ///
  /// The error bounds need `Σ|w||x|`, which is this function on absolute values.
  ///
  /// - Parameters:
  ///   - problem: The geometry.
  ///   - input: A tensor of the problem's input shape.
  ///   - weights: `[outputChannels, groupInputChannels, kH, kW]`.
  ///   - bias: `[outputChannels]`, or nil for none.
  ///   - team: The threads to use; the result does not depend on them.
  ///   - instructionSet: A supported one; the result does not depend on it.
  /// - Precondition: The input has the problem's shape and the weights its count.
  /// - Returns: A tensor of the problem's output shape. Cost: one to eight multiply-adds a cycle and
  ///   thread on 64-bit x86, and about 2 MiB of scratch memory a thread.
  public static func convolve(
    _ problem: ConvolutionProblem, input: Tensor<Double>, weights: Span<Float>, bias: [Double]?,
    team: WorkerTeam, instructionSet: InstructionSet = .best
  ) -> Tensor<Double> {
    precondition(input.shape == problem.input && weights.count == problem.weightCount)
    precondition(bias.map { $0.count == problem.outputChannels } ?? true)
    var result = Tensor<Double>(shape: problem.output, repeating: 0)
    let pixels = problem.output.batch * problem.output.planeCount
    let tiles = (pixels + width - 1) / width
    let pieces = (problem.groupOutputChannels + channelsPerTask - 1) / channelsPerTask
    // One allocation for all tasks: memory fresh from the system costs page faults.
    let parts = Part.all(of: problem)
    let windowsCount = parts.reduce(0) { max($0, $1.count) } * width
    let scratchCount = windowsCount + channelsPerTask * width
    var scratch = [Double](repeating: 0, count: team.count * scratchCount)
    let addProducts = unsafe instructionSet.microkernels.addProducts
    unsafe input.elements.withUnsafeBufferPointer { source in
      unsafe result.elements.withUnsafeMutableBufferPointer { target in
        unsafe weights.withUnsafeBufferPointer { weights in
          unsafe scratch.withUnsafeMutableBufferPointer { scratch in
            guard let source = source.baseAddress, let target = target.baseAddress,
              let weights = weights.baseAddress, let scratch = scratch.baseAddress
            else { return }
            team.run(taskCount: problem.groups * pieces * tiles) { worker, task in
              let (rest, index) = task.quotientAndRemainder(dividingBy: tiles)
              let (group, piece) = rest.quotientAndRemainder(dividingBy: pieces)
              let tile = Tile(
                problem: problem,
                pixels: index * width..<min((index + 1) * width, pixels))
              let first = group * problem.groupOutputChannels + piece * channelsPerTask
              let last = min(first + channelsPerTask, (group + 1) * problem.groupOutputChannels)
              let windows = unsafe scratch + worker * scratchCount
              let sums = unsafe windows + windowsCount
              for channel in first..<last {
                unsafe (sums + (channel - first) * width).update(
                  repeating: bias?[channel] ?? 0, count: width)
              }
              for part in parts {
                unsafe tile.gather(
                  part,
                  from: source + group * problem.groupInputChannels * problem.input.planeCount,
                  into: windows)
                unsafe addProducts(
                  last - first, part.count, weights + (first * problem.depth + part.first),
                  problem.depth, windows, sums)
              }
              unsafe tile.scatter(sums, channels: first..<last, into: target)
            }
          }
        }
      }
    }
    return result
  }
}

/// Some of the products of each sum, in its order: whole channels, or some kernel taps of a single one.
private struct Part {
  let channels: Range<Int>
  let taps: Range<Int>

  /// The place of the first product.
  let first: Int

  var count: Int { channels.count * taps.count }

  /// The parts of a problem's sums that are gathered one after the other.
  static func all(of problem: ConvolutionProblem) -> [Part] {
    let taps = problem.kernel.height * problem.kernel.width
    let most = ReferenceConvolution.gatheredProducts
    let channels = max(1, most / taps)
    var parts: [Part] = []
    for channel in stride(from: 0, to: problem.groupInputChannels, by: channels) {
      for tap in stride(from: 0, to: taps, by: most) {
        parts.append(
          Part(
            channels: channel..<min(channel + channels, problem.groupInputChannels),
            taps: tap..<min(tap + most, taps), first: channel * taps + tap))
      }
    }
    return parts
  }
}

/// Consecutive output pixels of a batch, in which the pixels of one image follow those of the one before.
private struct Tile {
  let problem: ConvolutionProblem

  /// At most as many as a vector has lanes.
  let pixels: Range<Int>

  /// The elements from one row of the laid out pixels to the next.
  private static let stride = ReferenceConvolution.width

  /// Lays out what the pixels read for some of their products, as `[c][ky][kx][pixel]`.
  ///
  /// Lanes beyond the last pixel keep what they held.
  /// The loops set one lane after the other, in memory: setting a lane of a vector is slow.
  func gather(
    _ part: Part, from input: UnsafePointer<Double>, into windows: UnsafeMutablePointer<Double>
  ) {
    let shape = problem.input
    let step = part.taps.count * Self.stride
    let input = unsafe input + part.channels.lowerBound * shape.planeCount
    for (lane, pixel) in pixels.enumerated() {
      let (image, offset) = pixel.quotientAndRemainder(dividingBy: problem.output.planeCount)
      let (row, column) = offset.quotientAndRemainder(dividingBy: problem.output.width)
      let top = row * problem.stride.height - problem.padding.top
      let left = column * problem.stride.width - problem.padding.left
      for tap in part.taps {
        let (ky, kx) = tap.quotientAndRemainder(dividingBy: problem.kernel.width)
        let y = top + ky * problem.dilation.height
        let x = left + kx * problem.dilation.width
        var window = unsafe windows + ((tap - part.taps.lowerBound) * Self.stride + lane)
        guard y >= 0, y < shape.height, x >= 0, x < shape.width else {
          for _ in part.channels {
            unsafe window.pointee = 0
            unsafe window += step
          }
          continue
        }
        var source = unsafe input + (image * shape.imageCount + y * shape.width + x)
        for _ in part.channels {
          unsafe window.pointee = source.pointee
          unsafe window += step
          unsafe source += shape.planeCount
        }
      }
    }
  }

  /// Puts sums that are laid out as `[channel][pixel]` in their places.
  func scatter(
    _ sums: UnsafePointer<Double>, channels: Range<Int>, into output: UnsafeMutablePointer<Double>
  ) {
    let shape = problem.output
    for (lane, pixel) in pixels.enumerated() {
      let (image, offset) = pixel.quotientAndRemainder(dividingBy: shape.planeCount)
      let target = unsafe output + (image * shape.imageCount + offset)
      for (row, channel) in channels.enumerated() {
        unsafe target[channel * shape.planeCount] = sums[row * Self.stride + lane]
      }
    }
  }
}
