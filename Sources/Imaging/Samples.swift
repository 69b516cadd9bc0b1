/// A picture's samples, as they were decoded or computed: RGB, interleaved, row by row.
///
/// Integers stay integers until they are used. That takes a third of the memory, and it affects the bits:
/// interpolating 0...255 and dividing once afterwards is at least as exact as interpolating quotients,
/// and exact where the result is an integer.
enum Samples: Sendable {
  /// 0 is black and 255 is white.
  case bytes([UInt8])

  /// 0 is black and `maximum` is white.
  case words([UInt16], maximum: Double)

  /// 0 is black and `maximum` is white.
  case reals([Double], maximum: Double)

  /// The value that is white.
  var maximum: Double {
    switch self {
    case .bytes: 255
    case .words(_, let maximum), .reals(_, let maximum): maximum
    }
  }

  /// The samples as they are, in 0...``maximum``.
  var values: [Double] {
    switch self {
    case .bytes(let samples): samples.map(Double.init)
    case .words(let samples, _): samples.map(Double.init)
    case .reals(let samples, _): samples
    }
  }
}

extension Samples {
  /// Puts 8-bit RGBA over white.
  ///
  /// The result v·a + 255·(255 − a) is exact: a whole number of 1/65025.
  init(compositing rgba: [UInt8]) {
    self = .words(
      compositeOverWhite(rgba) { value, alpha in
        UInt16(UInt32(value) * UInt32(alpha) + 255 * (255 - UInt32(alpha)))
      },
      maximum: 255 * 255)
  }

  /// Puts 16-bit RGBA over white, rounded to the nearest of 65,536 levels.
  init(compositing rgba: [UInt16]) {
    self = .words(
      compositeOverWhite(rgba) { value, alpha in
        let sum = UInt64(value) * UInt64(alpha) + 65_535 * (65_535 - UInt64(alpha))
        return UInt16((sum + 32_767) / 65_535)
      },
      maximum: 65_535)
  }
}

/// Converts four channels to three.
@inline(__always)
private func compositeOverWhite<Sample>(
  _ rgba: [Sample], _ blend: (_ value: Sample, _ alpha: Sample) -> UInt16
) -> [UInt16] {
  let count = rgba.count / 4
  var rgb = [UInt16](repeating: 0, count: 3 * count)
  for pixel in 0..<count {
    let alpha = rgba[4 * pixel + 3]
    for channel in 0..<3 {
      rgb[3 * pixel + channel] = blend(rgba[4 * pixel + channel], alpha)
    }
  }
  return rgb
}
