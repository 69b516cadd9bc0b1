/// Gathers the input patches under some output pixels as the columns of a matrix.
///
/// Row `(c, ky, kx)` of the matrix holds, for each pixel, the input that weight `(c, ky, kx)` meets
/// there, after the prologue if there is one; zero where it lies in the padding.
struct Im2col {
  let problem: ConvolutionProblem
  let prologue: ScaleShift?
  let microkernels: MicrokernelTable

  /// Writes a `depth × pixels.count` row-major matrix.
  ///
  /// - Parameters:
  ///   - firstChannel: The first input channel of the group.
  ///   - pixels: Indices into the output plane.
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
          } else {
            unsafe gather(plane, channel: c, ky: ky, kx: kx, pixels: pixels, to: row)
          }
          unsafe row += pixels.count
        }
      }
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
