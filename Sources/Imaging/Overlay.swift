/// A class activation map drawn over its picture.
public struct Overlay: Sendable {
  /// The drawing, of the picture's size.
  public let image: RGBImage

  /// Whether the map said nothing, so that only the grey picture was drawn.
  ///
  /// A map of equal values has no maximum to point at, and one with NaN or infinity is no map. Tell
  /// the user.
  public let isEmpty: Bool

  /// How much of the original's drawings is the map's colour: 128/255.
  public static let seedOpacity = 128.0 / 255
}

extension Plane {
  /// Makes a raw class activation map ready to be drawn.
  ///
  /// Stretched to [0, 1], resized, then blurred by 7×7 with σ = 2, circularly; not stretched again.
  ///
  /// - Returns: Values in [0, 1] up to rounding; nil if the map is flat or not finite.
  /// - Precondition: The sides are positive.
  public func heat(width: Int, height: Int) -> Plane? {
    normalized()?.resized(width: width, height: height).gaussianBlurred()
  }
}

extension Picture {
  /// The ``luma``, stretched from its least to its most; as it is if the picture has one brightness.
  public var stretchedLuma: Plane {
    let brightness = luma
    return brightness.normalized() ?? brightness
  }

  /// Draws a raw class activation map over the picture in grey.
  ///
  /// The map's ``Plane/heat(width:height:)`` at the size of this picture gets colours from `palette`,
  /// which are laid over ``stretchedLuma``: channel = opacity·colour + (1 − opacity)·255·grey, computed
  /// in double and rounded to the nearest of 256, halves up.
  ///
  /// To see what the network saw, pass the picture at the network's input size.
  ///
  /// - Precondition: `opacity`, which is the original's unless given, is in [0, 1].
  public func overlay(
    of map: Plane, palette: Palette = .seed, opacity: Double = Overlay.seedOpacity
  ) -> Overlay {
    precondition((0...1).contains(opacity), "an opacity is in [0, 1]")
    let grey = stretchedLuma.values
    let heat = map.heat(width: width, height: height)
    var pixels = [UInt8](repeating: 0, count: 3 * grey.count)
    for index in grey.indices {
      let level = 255 * grey[index]
      guard let heat else {
        for channel in 0..<3 { pixels[3 * index + channel] = byte(level) }
        continue
      }
      let color = palette[heat.values[index]]
      let rest = (1 - opacity) * 255 * grey[index]
      pixels[3 * index] = byte(opacity * Double(color.red) + rest)
      pixels[3 * index + 1] = byte(opacity * Double(color.green) + rest)
      pixels[3 * index + 2] = byte(opacity * Double(color.blue) + rest)
    }
    return Overlay(
      image: RGBImage(width: width, height: height, pixels: pixels), isEmpty: heat == nil)
  }
}

/// Rounds to the nearest of 0...255, halves up; NaN gives 0.
@inline(__always)
func byte(_ value: Double) -> UInt8 {
  guard value > 0 else { return 0 }
  guard value < 255 else { return 255 }
  // Twice the value is exact, and so is all that follows: ⌊(⌊2v⌋ + 1) / 2⌋. The standard library's
  // rounding is a call of the C library on processors without SSE 4.1.
  return UInt8(truncatingIfNeeded: (Int(2 * value) &+ 1) >> 1)
}
