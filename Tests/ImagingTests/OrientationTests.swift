import Testing

@testable import Imaging

/// Pictures are turned as Pillow turns them.
@Suite struct OrientationTests {
  @Test(arguments: Fixture.turned)
  func turned(_ fixture: Fixture) throws {
    let picture = try Picture(contentsOf: fixture.path)
    let (samples, white) = try fixture.expectation()
    let isTransposed = fixture.name >= "exif5"
    #expect(picture.width == (isTransposed ? 2 : 3))
    #expect(picture.height == (isTransposed ? 3 : 2))
    #expect(picture.pixels == samples.map { Double($0) / white })
    #expect(picture.flaw == nil)
  }

  /// A JPEG says it in a segment, with others before it.
  @Test(arguments: Orientation.allCases, [true, false])
  func jpeg(_ orientation: Orientation, _ isLittle: Bool) throws {
    let plain = try Fixture(name: "ycc444.jpg").bytes()
    let other = segment(Array("http://ns.adobe.com/xap/1.0/".utf8))
    let exif = segment(Array("Exif\0\0".utf8) + tiff(UInt8(orientation.rawValue), isLittle))
    let picture = try Picture(
      bytes: plain[..<2] + other + exif + plain[2...], name: "phone.jpg")
    let stored = try Picture(bytes: plain, name: "plain.jpg")
    let expected = stored.upright(from: orientation)
    #expect(picture.width == expected.width && picture.height == expected.height)
    #expect(picture.pixels == expected.pixels)
    #expect((picture.width == 13) == orientation.isTransposed)
  }

  /// Bytes, words and reals take the same way.
  @Test(arguments: Orientation.allCases)
  func sampleTypesAgree(_ orientation: Orientation) {
    let bytes = (0..<45).map { UInt8($0 * 5) }
    let picture = Picture(width: 5, height: 3, samples: .bytes(bytes))
    let words = Picture(
      width: 5, height: 3, samples: .words(bytes.map { UInt16($0) }, maximum: 255))
    let reals = Picture(
      width: 5, height: 3, samples: .reals(bytes.map { Double($0) }, maximum: 255))
    let expected = picture.upright(from: orientation).pixels
    #expect(words.upright(from: orientation).pixels == expected)
    #expect(reals.upright(from: orientation).pixels == expected)
    #expect(expected.sorted() == picture.pixels.sorted())
  }

  /// What makes no sense turns nothing, wherever it is cut or points to.
  @Test func exifThatSaysNothing() {
    for isLittle in [true, false] {
      let good = tiff(6, isLittle)
      #expect(Orientation(exif: good[...]) == .rightTop)
      // The value has two bytes and ends at the twentieth.
      for count in 0..<20 { #expect(Orientation(exif: good[..<count]) == nil) }
      for value in [0, 9, 255] as [UInt8] {
        #expect(Orientation(exif: tiff(value, isLittle)[...]) == nil)
      }
      var far = good
      for place in 4..<8 { far[place] = 0xFF }
      #expect(Orientation(exif: far[...]) == nil)
      // From the middle of other bytes, as a chunk of a file is.
      #expect(Orientation(exif: ([1, 2, 3] + good)[3...]) == .rightTop)
    }
    #expect(Orientation(exif: Array("II*\0".utf8)[...]) == nil)
    #expect(Orientation(exif: []) == nil)
  }

  /// Exif data with one entry.
  private func tiff(_ orientation: UInt8, _ isLittle: Bool) -> [UInt8] {
    isLittle
      ? [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]
        + [0, 0, 0, 0]
      : [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
        + [0, 0, 0, 0]
  }

  private func segment(_ content: [UInt8]) -> [UInt8] {
    [0xFF, 0xE1, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 0xFF)] + content
  }
}
