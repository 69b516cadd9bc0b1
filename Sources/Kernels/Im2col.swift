/// Gathers the input patches under some output pixels as the columns of a matrix.
///
/// Row `(c, ky, kx)` of the matrix holds, for each pixel, the input that weight `(c, ky, kx)` meets
/// there, after the prologue if there is one; zero where it is in the padding.
struct Im2col {
  let problem: ConvolutionProblem
  let prologue: ScaleShift?
  let microkernels: MicrokernelTable

  /// Writes a `depth × pixels.count` row-major matrix.
  ///
  /// - Parameters:
  ///   - input: The convolution's input, with the problem's input shape.
  ///   - image: The image of the batch.
  ///   - firstChannel: The first input channel of the group.
  ///   - pixels: Indices into the output plane.
  ///   - matrix: Where to write, with room for `depth * pixels.count` elements.
  func columns(
    of input: FeatureView, image: Int, firstChannel: Int, pixels: Range<Int>,
    into matrix: UnsafeMutablePointer<Float>
  ) {
    var row = unsafe matrix
    for c in firstChannel..<(firstChannel + problem.groupInputChannels) {
      let plane = unsafe input.plane(image, c)
      for ky in 0..<problem.kernel.height {
        for kx in 0..<problem.kernel.width {
          if problem.isPointwise {
            unsafe copy(plane + pixels.lowerBound, pixels.count, channel: c, to: row)
          } else if keepsRows {
            unsafe shift(plane, channel: c, ky: ky, kx: kx, pixels: pixels, to: row)
          } else {
            unsafe gather(plane, channel: c, ky: ky, kx: kx, pixels: pixels, to: row)
          }
          unsafe row += pixels.count
        }
      }
    }
  }

  /// Whether input and output rows are equally long and one step apart, as in most 3×3 layers.
  private var keepsRows: Bool {
    problem.stride == Size(1) && problem.input.width == problem.output.width
  }

  /// Gathers one matrix row where ``keepsRows`` holds: a kernel tap then sees the input plane shifted by a
  /// fixed distance, which is one copy, except for the columns where it sees the padding.
  private func shift(
    _ plane: UnsafePointer<Float>, channel: Int, ky: Int, kx: Int, pixels: Range<Int>,
    to row: UnsafeMutablePointer<Float>
  ) {
    let width = problem.input.width
    let dy = ky * problem.dilation.height - problem.padding.top
    let dx = kx * problem.dilation.width - problem.padding.left
    let distance = dy * width + dx
    // The pixels whose input is in the plane, padding columns of neighbouring rows included.
    let begin = min(pixels.upperBound, max(pixels.lowerBound, -distance))
    let end = max(begin, min(pixels.upperBound, problem.input.planeCount - distance))
    for i in 0..<(begin - pixels.lowerBound) { unsafe row[i] = 0 }
    if begin < end {
      unsafe copy(
        plane + begin + distance, end - begin, channel: channel,
        to: row + (begin - pixels.lowerBound))
    }
    for i in (end - pixels.lowerBound)..<pixels.count { unsafe row[i] = 0 }
    guard dx != 0 else { return }
    // The columns of each row that lie in the padding.
    let first = dx < 0 ? 0 : max(0, width - dx)
    let last = dx < 0 ? min(width, -dx) : width
    var start = pixels.lowerBound / width * width
    while start < pixels.upperBound {
      for pixel in max(
        pixels.lowerBound, start + first)..<max(
          max(pixels.lowerBound, start + first), min(pixels.upperBound, start + last))
      {
        unsafe row[pixel - pixels.lowerBound] = 0
      }
      start += width
    }
  }

  /// Gathers one matrix row, output row by output row.
  private func gather(
    _ plane: UnsafePointer<Float>, channel: Int, ky: Int, kx: Int, pixels: Range<Int>,
    to row: UnsafeMutablePointer<Float>
  ) {
    let width = problem.output.width
    let step = problem.stride.width
    let shift = kx * problem.dilation.width - problem.padding.left
    var target = unsafe row
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let (y, x0) = pixel.quotientAndRemainder(dividingBy: width)
      let x1 = min(width, x0 + pixels.upperBound - pixel)
      let source = y * problem.stride.height + ky * problem.dilation.height - problem.padding.top
      // The output columns whose input exists.
      var begin = x1
      var end = x1
      if source >= 0, source < problem.input.height {
        begin = min(x1, max(x0, shift >= 0 ? 0 : (-shift + step - 1) / step))
        let last = problem.input.width <= shift ? 0 : (problem.input.width - shift - 1) / step + 1
        end = max(begin, min(x1, last))
      }
      for x in x0..<begin { unsafe target[x - x0] = 0 }
      if begin < end {
        let first = unsafe plane + source * problem.input.width + begin * step + shift
        if step == 1 {
          unsafe copy(first, end - begin, channel: channel, to: target + (begin - x0))
        } else {
          for x in begin..<end { unsafe target[x - x0] = first[(x - begin) * step] }
          if prologue != nil {
            unsafe copy(
              UnsafePointer(target + (begin - x0)), end - begin, channel: channel,
              to: target + (begin - x0))
          }
        }
      }
      for x in end..<x1 { unsafe target[x - x0] = 0 }
      unsafe target += x1 - x0
      pixel += x1 - x0
    }
  }

  @inline(__always)
  private func copy(
    _ source: UnsafePointer<Float>, _ count: Int, channel: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    if let prologue {
      unsafe microkernels.scaleShift(
        count, source, prologue.scale[channel], prologue.shift[channel], prologue.relu, target)
    } else {
      unsafe target.update(from: source, count: count)
    }
  }
}
