import Testing

@testable import Imaging

@Suite struct PaletteTests {
  /// Colours that R 4.2.2 gives, among them stops and values lost to truncation (6, 68, 153).
  @Test(arguments: [
    (0, 0x000099), (1, 0x00049B), (6, 0x001DA4), (51, 0x00FEFF), (52, 0x01FEFB), (68, 0x16FEC4),
    (102, 0x45FE4F), (127, 0x9EFE28), (153, 0xFBFF00), (204, 0xFF9400), (254, 0xFF3200),
    (255, 0xFF3100),
  ])
  func seedColors(_ index: Int, _ hex: Int) {
    #expect(Palette.seed.colors.count == 256)
    let color = Palette.seed.colors[index]
    #expect(Int(color.red) << 16 | Int(color.green) << 8 | Int(color.blue) == hex)
  }

  @Test func tiesGoToTheEvenIndex() {
    // The quotients are rounded, but times 255 they are exactly halves again.
    for (half, even) in [(0.5, 0), (1.5, 2), (2.5, 2), (127.5, 128), (253.5, 254), (254.5, 254)] {
      #expect(255 * (half / 255) == half)
      #expect(Palette.index(of: half / 255) == even)
    }
  }

  @Test func nearestOtherwise() {
    #expect((0...255).allSatisfy { Palette.index(of: Double($0) / 255) == $0 })
    #expect(Palette.index(of: 100.49 / 255) == 100)
    #expect(Palette.index(of: 100.51 / 255) == 101)
  }

  @Test func outsideGoesToTheEnds() {
    #expect(Palette.index(of: -0.1) == 0)
    #expect(Palette.index(of: 1 + 4e-16) == 255)
    #expect(Palette.index(of: .infinity) == 255)
    #expect(Palette.index(of: .nan) == 0)
  }
}
