extension Samples {
  /// Resizes samples of three channels; `width` is that of the input.
  func resampled(width: Int, columns: Taps, rows: Taps) -> Samples {
    let values =
      switch self {
      case .bytes(let source):
        resample(source, width: width, channels: 3, columns: columns, rows: rows) { Double($0) }
      case .words(let source, _):
        resample(source, width: width, channels: 3, columns: columns, rows: rows) { Double($0) }
      case .reals(let source, _):
        resample(source, width: width, channels: 3, columns: columns, rows: rows) { $0 }
      }
    return .reals(values, maximum: maximum)
  }
}

extension Plane {
  /// Resizes as ``Picture/resized(width:height:)`` does.
  ///
  /// - Precondition: The sides are positive.
  package func resized(width: Int, height: Int) -> Plane {
    Plane(
      width: width, height: height,
      values: resample(
        values, width: self.width, channels: 1,
        columns: Taps(input: self.width, output: width),
        rows: Taps(input: self.height, output: height)
      ) { $0 })
  }
}

/// Interpolates interleaved rows bilinearly: first along x, then along y, in double precision.
///
/// The order is part of the result: out = a₀·(1 − g) + a₁·g of two rows a = l·(1 − f) + r·f. Only the
/// input rows that are needed are read, each once while the output goes down.
///
/// `source` is `[rows][width][channels]`, and `value` turns one of its elements into a number.
///
/// - Returns: `[rows.count][columns.count][channels]`.
///
/// Private to this file, so that the compiler specialises it for each element type and closure.
@inline(__always)
private func resample<Element>(
  _ source: [Element], width: Int, channels: Int, columns: Taps, rows: Taps,
  value: (Element) -> Double
) -> [Double] {
  let length = columns.count * channels
  var upper = Line(length: length)
  var lower = Line(length: length)
  var output = [Double](repeating: 0, count: rows.count * length)
  for y in 0..<rows.count {
    if upper.row != rows.low[y] {
      if lower.row == rows.low[y] {
        swap(&upper, &lower)
      } else {
        upper.fill(
          from: source, row: rows.low[y], width: width, channels: channels, columns: columns,
          value: value)
      }
    }
    if lower.row != rows.high[y] {
      lower.fill(
        from: source, row: rows.high[y], width: width, channels: channels, columns: columns,
        value: value)
    }
    let weight = rows.weight[y]
    let rest = 1 - weight
    unsafe upper.values.withUnsafeBufferPointer { upper in
      unsafe lower.values.withUnsafeBufferPointer { lower in
        unsafe output.withUnsafeMutableBufferPointer { output in
          let line = unsafe UnsafeMutableBufferPointer(
            rebasing: output[(y * length)..<((y + 1) * length)])
          for x in 0..<length {
            unsafe line[x] = upper[x] * rest + lower[x] * weight
          }
        }
      }
    }
  }
  return output
}

/// One input row, interpolated along x.
private struct Line {
  private(set) var row = -1
  private(set) var values: [Double]

  init(length: Int) { values = [Double](repeating: 0, count: length) }

  @inline(__always)
  mutating func fill<Element>(
    from source: [Element], row: Int, width: Int, channels: Int, columns: Taps,
    value: (Element) -> Double
  ) {
    self.row = row
    let base = row * width
    // Bounds are checked once for all elements.
    precondition(base >= 0 && (base + width) * channels <= source.count)
    precondition(columns.input == width && values.count == columns.count * channels)
    unsafe source.withUnsafeBufferPointer { source in
      unsafe values.withUnsafeMutableBufferPointer { values in
        for x in 0..<columns.count {
          let left = (base + columns.low[x]) * channels
          let right = (base + columns.high[x]) * channels
          let weight = columns.weight[x]
          let rest = 1 - weight
          for channel in 0..<channels {
            unsafe values[x * channels + channel] =
              value(source[left + channel]) * rest + value(source[right + channel]) * weight
          }
        }
      }
    }
  }
}
