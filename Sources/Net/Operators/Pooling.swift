import Kernels

/// Maximum and average pooling, of planes or of blocks of channels.
@safe
struct Pooling: PreparedOperation {
  let geometry: PoolingGeometry

  /// Pools a batch.
  ///
  /// Where the layout of the output is not that of the input, which happens if either has one pixel, each
  /// plane is copied before and after.
  func run(_ inputs: [FeatureView], _ output: MutableFeatureView, _ run: OperationRun) {
    let input = unsafe inputs[0]
    let (team, scratch) = unsafe (run.team, run.scratch)
    guard unsafe input.layout == output.layout else {
      return unsafe runReordered(input, output, run)
    }
    let width = unsafe input.layout.blockWidth
    let blocks = (geometry.output.channels + width - 1) / width
    team.run(taskCount: geometry.output.batch * blocks) { worker, task in
      let (image, block) = task.quotientAndRemainder(dividingBy: blocks)
      let source = unsafe input.plane(image, block * width)
      let target = unsafe output.plane(image, block * width)
      if width == 1 {
        unsafe plane(source, target, scratch: scratch(worker), run.microkernels)
      } else {
        unsafe self.block(source, target, width: width, run.microkernels)
      }
    }
  }

  /// The scratch elements that each worker needs.
  func scratchCount(input: Layout, output: Layout) -> Int {
    guard input == output else {
      return geometry.input.width + geometry.input.planeCount + geometry.output.planeCount
    }
    return input == .planar ? geometry.input.width : 0
  }

  /// Pools channel by channel through planes in the scratch memory.
  private func runReordered(
    _ input: FeatureView, _ output: MutableFeatureView, _ run: OperationRun
  ) {
    let (team, scratch) = unsafe (run.team, run.scratch)
    let (from, to) = unsafe (input.layout.blockWidth, output.layout.blockWidth)
    team.run(taskCount: geometry.output.batch * geometry.output.channels) { worker, task in
      let (image, channel) = task.quotientAndRemainder(dividingBy: geometry.output.channels)
      let row = unsafe scratch(worker)
      let source = unsafe row + geometry.input.width
      let result = unsafe source + geometry.input.planeCount
      let read = unsafe input.plane(image, channel)
      for i in 0..<geometry.input.planeCount { unsafe source[i] = read[i * from] }
      unsafe plane(source, result, scratch: row, run.microkernels)
      let write = unsafe output.plane(image, channel)
      for i in 0..<geometry.output.planeCount { unsafe write[i * to] = result[i] }
    }
  }

  /// Pools one block of channels.
  ///
  /// Windows of one row that are not clipped at the sides have the same shape, so they are pooled together.
  private func block(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, width: Int,
    _ microkernels: MicrokernelTable
  ) {
    let rowStride = geometry.input.width * width
    let step = geometry.attributes.isGlobal ? 0 : geometry.attributes.stride.width
    let isMaximum = geometry.attributes.reduction == .maximum
    var offsets: [Int] = []
    for y in 0..<geometry.output.height {
      var x = 0
      while x < geometry.output.width {
        let window = geometry.window(y, x)
        var next = x + 1
        while next < geometry.output.width {
          let other = geometry.window(y, next)
          guard
            other.columns == window.columns.shifted(by: (next - x) * step)
              && other.divisor == window.divisor
          else { break }
          next += 1
        }
        offsets.removeAll(keepingCapacity: true)
        for row in 0..<window.rows.count {
          for column in 0..<window.columns.count {
            offsets.append(row * rowStride + column * width)
          }
        }
        unsafe offsets.withUnsafeBufferPointer { taps in
          guard let base = taps.baseAddress else { return }
          unsafe microkernels.poolBlock(
            next - x, step * width, taps.count,
            input + window.rows.lowerBound * rowStride + window.columns.lowerBound * width, base,
            isMaximum ? 0 : Float(window.divisor), output + (y * geometry.output.width + x) * width)
        }
        x = next
      }
    }
  }

  /// Pools one plane: each row of windows is first reduced along its columns, into `scratch`, then
  /// window by window.
  ///
  /// - Parameters:
  ///   - input: The input plane, `geometry.input.planeCount` elements.
  ///   - output: The output plane, `geometry.output.planeCount` elements; all are written.
  ///   - scratch: One input row.
  ///   - microkernels: The inner loops.
  private func plane(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, _ microkernels: MicrokernelTable
  ) {
    let width = geometry.input.width
    let maximum = geometry.attributes.reduction == .maximum
    for y in 0..<geometry.output.height {
      let rows = geometry.window(y, 0).rows
      unsafe scratch.update(from: input + rows.lowerBound * width, count: width)
      for row in rows.dropFirst() {
        let source = unsafe input + row * width
        if maximum {
          unsafe microkernels.maximum(width, UnsafePointer(scratch), source, scratch)
        } else {
          unsafe microkernels.add(width, UnsafePointer(scratch), source, false, scratch)
        }
      }
      for x in 0..<geometry.output.width {
        let window = geometry.window(y, x)
        var value = unsafe scratch[window.columns.lowerBound]
        for column in window.columns.dropFirst() {
          let element = unsafe scratch[column]
          if maximum {
            // NaN spreads: it replaces everything, and nothing is greater than it.
            if element > value || element.isNaN { value = element }
          } else {
            value += element
          }
        }
        if !maximum { value /= Float(window.divisor) }
        unsafe output[y * geometry.output.width + x] = value
      }
    }
  }
}

extension Range where Bound == Int {
  fileprivate func shifted(by distance: Int) -> Range {
    (lowerBound + distance)..<(upperBound + distance)
  }
}
