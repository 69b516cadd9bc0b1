/// A class activation map drawn over its picture.
package struct Overlay: Sendable {
  /// The drawing, of the picture's size.
  package let image: RGBImage

  /// Whether the map could not be drawn, so that only the grey picture was drawn.
  ///
  /// A map of equal values has no maximum, and one with NaN or infinity is not a map. Report it to the
  /// user.
  package let isEmpty: Bool

  /// How much of the original's drawings is the map's colour: 128/255.
  package static let seedOpacity = 128.0 / 255
}

extension Plane {
  /// Makes a raw class activation map ready to be drawn.
  ///
  /// Stretched to [0, 1], resized, then blurred by 7×7 with σ = 2, circularly; not stretched again.
  ///
  /// - Returns: Values in [0, 1] up to rounding; nil if the map is flat or not finite.
  /// - Precondition: The sides are positive.
  package func heat(width: Int, height: Int) -> Plane? {
    normalized()?.resized(width: width, height: height).gaussianBlurred()
  }
}

extension Picture {
  /// The ``luma``, stretched from its least to its most; unchanged if the picture has a single brightness.
  package var stretchedLuma: Plane {
    let brightness = luma
    return brightness.normalized() ?? brightness
  }

  /// Draws a raw class activation map over the picture in grey.
  ///
  /// The map's ``Plane/heat(width:height:)`` at the size of this picture gets colours from `palette`,
  /// which are laid over ``stretchedLuma``: channel = opacity·colour + (1 − opacity)·255·grey, computed
  /// in double and rounded to the nearest of 256, halves up.
  ///
  /// To show the network's view, pass the picture at the network's input size.
  ///
  /// - Precondition: `opacity`, which is the original's unless given, is in [0, 1].
  package func overlay(
    of map: Plane, palette: Palette = .seed, opacity: Double = Overlay.seedOpacity
  ) -> Overlay {
    precondition((0...1).contains(opacity), "an opacity is in [0, 1]")
    let grey = stretchedLuma
    guard let heat = map.heat(width: width, height: height) else {
      return Overlay(image: RGBImage(grey), isEmpty: true)
    }
    let tints = palette.colors.map { color in
      (
        red: opacity * Double(color.red), green: opacity * Double(color.green),
        blue: opacity * Double(color.blue)
      )
    }
    let share = (1 - opacity) * 255
    let count = 3 * grey.values.count
    let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { pixels, filled in
      for (level, value) in zip(grey.values, heat.values) {
        let rest = share * level
        let tint = tints[Int(Palette.index(of: value))]
        unsafe pixels[filled] = byte(tint.red + rest)
        unsafe pixels[filled + 1] = byte(tint.green + rest)
        unsafe pixels[filled + 2] = byte(tint.blue + rest)
        filled += 3
      }
    }
    return Overlay(image: RGBImage(width: width, height: height, pixels: pixels), isEmpty: false)
  }
}

/// Rounds to the nearest of 0...255, halves up; NaN gives 0.
///
/// Without a branch, and without the standard library's rounding, which is a call of the C library on
/// processors without SSE 4.1.
@inline(__always)
func byte(_ value: Double) -> UInt8 {
  let positive = value > 0 ? value : 0
  let limited = positive < 255 ? positive : 255
  // From 2^52 on, a double has no fraction: the sum is rounded, halves to even, and its last bits are
  // the whole number. Of the halves that went down, half is left.
  let sum = limited + 0x1p52
  let half: UInt64 = limited - (sum - 0x1p52) == 0.5 ? 1 : 0
  return UInt8(truncatingIfNeeded: sum.bitPattern &+ half)
}
