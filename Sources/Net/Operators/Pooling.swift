import Kernels

/// Maximum and average pooling of one plane at a time.
@safe
struct Pooling {
  let geometry: PoolingGeometry
  let microkernels: MicrokernelTable

  /// Pools one plane: each row of windows is first reduced along its columns, into `scratch`, then
  /// window by window.
  ///
  /// - Parameters:
  ///   - input: The input plane, `geometry.input.planeCount` elements.
  ///   - output: The output plane, `geometry.output.planeCount` elements; all are written.
  ///   - scratch: One input row.
  func plane(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
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
