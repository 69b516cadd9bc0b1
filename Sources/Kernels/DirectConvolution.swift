/// Convolution as it is defined, summed in double precision and rounded once.
///
/// `y = bias + Σ_c Σ_ky Σ_kx w · x`, in that order, each product and each sum rounded to double,
/// never contracted to a fused multiply-add, so that the bits are the same on every machine. It is
/// ``ReferenceConvolution`` on single-precision planes, written independently: one plane at a time,
/// without a copy of the input.
enum DirectConvolution {
  /// Accumulators of one piece of a plane: small enough to stay in the first-level cache.
  private static let pieceCount = 1024

  /// Computes one plane of the output.
  ///
  /// - Parameters:
  ///   - problem: The geometry.
  ///   - weights: The `depth` weights of this output channel.
  ///   - bias: The initial value of the sums.
  ///   - input: The first input plane that this channel's group reads, in one image.
  ///   - output: The plane.
  static func plane(
    _ problem: ConvolutionProblem, weights: UnsafePointer<Float>, bias: Double,
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    // A pointwise convolution sees no rows: one long row keeps the inner loop long.
    let flat = problem.isPointwise
    let inputHeight = flat ? 1 : problem.input.height
    let inputWidth = flat ? problem.input.planeCount : problem.input.width
    let outputHeight = flat ? 1 : problem.output.height
    let outputWidth = flat ? problem.output.planeCount : problem.output.width
    let inputPlane = inputHeight * inputWidth

    let columns = min(outputWidth, pieceCount)
    let rows = max(1, pieceCount / outputWidth)
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: rows * columns) { buffer in
      guard let sums = buffer.baseAddress else { return }
      for firstRow in stride(from: 0, to: outputHeight, by: rows) {
        let lastRow = min(firstRow + rows, outputHeight)
        for firstColumn in stride(from: 0, to: outputWidth, by: columns) {
          let lastColumn = min(firstColumn + columns, outputWidth)
          let width = lastColumn - firstColumn
          for i in 0..<((lastRow - firstRow) * width) { unsafe sums[i] = bias }
          var weight = unsafe weights
          for c in 0..<problem.groupInputChannels {
            let plane = unsafe input + c * inputPlane
            for ky in 0..<problem.kernel.height {
              for kx in 0..<problem.kernel.width {
                let w = unsafe Double(weight.pointee)
                unsafe weight += 1
                // Input column of output column 0, and the output columns whose input exists.
                let shift = kx * problem.dilation.width - problem.padding.left
                let step = problem.stride.width
                let begin = max(firstColumn, shift >= 0 ? 0 : (-shift + step - 1) / step)
                let end = min(
                  lastColumn, inputWidth <= shift ? 0 : (inputWidth - shift - 1) / step + 1)
                guard begin < end else { continue }
                for y in firstRow..<lastRow {
                  let row =
                    y * problem.stride.height + ky * problem.dilation.height
                    - problem.padding.top
                  guard row >= 0, row < inputHeight else { continue }
                  let source = unsafe plane + row * inputWidth + shift
                  let target = unsafe sums + (y - firstRow) * width - firstColumn
                  if step == 1 {
                    for x in begin..<end { unsafe target[x] += w * Double(source[x]) }
                  } else {
                    for x in begin..<end { unsafe target[x] += w * Double(source[x * step]) }
                  }
                }
              }
            }
          }
          var next = unsafe sums
          for y in firstRow..<lastRow {
            for x in firstColumn..<lastColumn {
              unsafe output[y * outputWidth + x] = Float(next.pointee)
              unsafe next += 1
            }
          }
        }
      }
    }
  }
}
