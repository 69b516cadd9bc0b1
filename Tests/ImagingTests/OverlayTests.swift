import Testing

@testable import Imaging

/// Expected drawings come from numpy: direct resize, blur by FFT, R's palette.
@Suite struct OverlayTests {
  /// (37·i mod 101) / 101 in bytes.
  let picture = Picture(
    width: 6, height: 4, samples: .bytes(ramp(72).map { UInt8(($0 * 255).rounded()) }))

  @Test func drawing() {
    let map = Plane(width: 2, height: 2, values: [-1, 0.5, 2, 7])
    let overlay = picture.overlay(of: map)
    #expect(!overlay.isEmpty)
    #expect(overlay.image.width == 6)
    #expect(overlay.image.height == 4)
    #expect(
      overlay.image.pixels == [
        36, 131, 49, 59, 157, 81, 87, 182, 97, 93, 179, 88, 127, 204, 109, 145, 230, 138, 158, 254,
        175, 31, 130, 58, 59, 155, 73, 91, 180, 90, 126, 205, 111, 68, 154, 63, 81, 179, 105, 75,
        177, 110, 104, 202, 126, 133, 227, 141, 166, 252, 161, 35, 127, 40, 53, 152, 82, 75, 178,
        114, 103, 203, 130, 57, 152, 69, 87, 177, 87, 80, 174, 89,
      ])
  }

  @Test(arguments: [[3.0, 3, 3, 3], [0, .nan, 1, 2]])
  func mapThatSaysNothing(_ values: [Double]) {
    let overlay = picture.overlay(of: Plane(width: 2, height: 2, values: values))
    #expect(overlay.isEmpty)
    let grey: [UInt8] = [
      8, 59, 109, 104, 154, 205, 255, 5, 55, 106, 156, 54, 104, 99, 149, 200, 250, 0, 50, 101, 151,
      49, 99, 94,
    ]
    #expect(overlay.image.pixels == grey.flatMap { [$0, $0, $0] })
  }

  @Test func pictureOfOneBrightness() {
    let even = Picture(
      width: 2, height: 1, samples: .bytes([UInt8](repeating: 100, count: 6)))
    let overlay = even.overlay(of: Plane(width: 1, height: 1, values: [1]))
    #expect(overlay.image.pixels == [UInt8](repeating: 100, count: 6))
  }

  /// Channels by the formula, rounded by the C library's function.
  @Test(arguments: Palette.Name.allCases, [0, 0.25, Overlay.seedOpacity, 1])
  func palettesAndOpacities(_ name: Palette.Name, _ opacity: Double) throws {
    let map = Plane(width: 2, height: 2, values: [-1, 0.5, 2, 7])
    let palette = Palette.named(name)
    let overlay = picture.overlay(of: map, palette: palette, opacity: opacity)
    let grey = try #require(picture.luma.normalized()).values
    let heat = try #require(map.heat(width: 6, height: 4)).values
    let expected = zip(grey, heat).flatMap { grey, heat in
      let color = palette.colors[Int((255 * heat).rounded(.toNearestOrEven))]
      return [color.red, color.green, color.blue].map { channel in
        UInt8((opacity * Double(channel) + (1 - opacity) * 255 * grey).rounded())
      }
    }
    #expect(overlay.image.pixels == expected)
  }

  @Test func bytesAreRoundedAsTheCLibraryDoes() {
    for whole in 0..<255 {
      let half = Double(whole) + 0.5
      for value in [half.nextDown, half, half.nextUp, Double(whole), Double(whole).nextUp] {
        #expect(byte(value) == UInt8(value.rounded(.toNearestOrAwayFromZero)), "\(value)")
        #expect(Palette.index(of: value / 255) == rounded(255 * (value / 255)), "\(value)")
      }
    }
    #expect(byte(255.5) == 255 && byte(.infinity) == 255)
    #expect(byte(-1) == 0 && byte(-.infinity) == 0 && byte(.nan) == 0)
  }

  private func rounded(_ value: Double) -> UInt8 { UInt8(value.rounded(.toNearestOrEven)) }

  @Test func greyPictures() {
    let plane = Plane(width: 2, height: 1, values: [0.25, 1])
    #expect(RGBImage(plane).pixels == [64, 64, 64, 255, 255, 255])
    let even = Picture(width: 1, height: 1, pixels: [0.5, 0.5, 0.5])
    #expect(even.stretchedLuma == even.luma)
  }
}
