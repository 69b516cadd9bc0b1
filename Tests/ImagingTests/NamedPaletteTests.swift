import Glibc
import Testing

@testable import Imaging

@Suite struct NamedPaletteTests {
  /// The published colours, from matplotlib 3.11; every fifth is exact.
  @Test(arguments: [
    (
      Palette.Name.viridis,
      [
        0: 0x440154, 1: 0x440256, 3: 0x450559, 37: 0x46337F, 64: 0x3B528B, 101: 0x2A778E,
        128: 0x21918C, 130: 0x20928C, 163: 0x2CB17E, 200: 0x70CF57, 222: 0xA8DB34, 254: 0xFBE723,
        255: 0xFDE725,
      ]
    ),
    (
      .turbo,
      [
        0: 0x30123B, 1: 0x321543, 3: 0x341B51, 37: 0x4778F0, 64: 0x28BCEB, 101: 0x43F787,
        128: 0xA4FC3C, 130: 0xA9FB39, 163: 0xF2C93A, 200: 0xF46617, 222: 0xD43305, 254: 0x7E0502,
        255: 0x7A0403,
      ]
    ),
  ])
  func publishedColors(_ name: Palette.Name, _ colors: [Int: Int]) {
    for (index, hex) in colors {
      let color = Palette.named(name).colors[index]
      let tolerance = index % 5 == 0 ? 0 : 1
      for (channel, shift) in [(color.red, 16), (color.green, 8), (color.blue, 0)] {
        #expect(abs(Int(channel) - hex >> shift & 0xFF) <= tolerance, "\(name), \(index)")
      }
    }
  }

  /// The FNV-1a hash of the 768 bytes of OpenCV's `COLORMAP_JET`, which has one exception.
  @Test func jet() {
    var colors = Palette.jet.colors
    #expect(colors[159] == RGB(red: 254, green: 255, blue: 2))
    colors[159].blue = 1
    let hash = colors.flatMap { [$0.red, $0.green, $0.blue] }
      .reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    #expect(hash == 0xB9CA_A286_BCC1_ECCC)
  }

  @Test func grey() {
    for (level, color) in Palette.grey.colors.enumerated() {
      let level = UInt8(level)
      #expect(color == RGB(red: level, green: level, blue: level))
    }
  }

  /// Over four steps the luminance rises, or the palette does not claim that it does.
  @Test(arguments: Palette.Name.allCases)
  func lightness(_ name: Palette.Name) {
    let colors = Palette.named(name).colors
    #expect(colors.count == 256)
    let luminances = colors.map { color in
      0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
    }
    let rises = zip(luminances, luminances.dropFirst(4)).allSatisfy { $0 < $1 }
    #expect(rises == name.isAccessible)
  }

  /// The light of a channel value of sRGB.
  private func linear(_ value: UInt8) -> Double {
    let share = Double(value) / 255
    if share <= 0.04045 { return share / 12.92 }
    return pow((share + 0.055) / 1.055, 2.4)
  }

  @Test func namesAreWords() {
    #expect(Palette.Name.allCases.map(\.rawValue) == ["seed", "viridis", "turbo", "jet", "grey"])
    #expect(Palette.named(.seed) == .seed)
  }
}
