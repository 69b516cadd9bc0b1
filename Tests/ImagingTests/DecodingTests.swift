import Testing

@testable import Imaging

/// Every kind of picture gives the samples that numpy wrote into it or that Pillow read from it.
@Suite struct DecodingTests {
  @Test(arguments: Fixture.readable)
  func samplesAreExact(_ fixture: Fixture) throws {
    let picture = try Picture(contentsOf: fixture.path)
    let (samples, white) = try fixture.expectation()
    let isJPEG = fixture.name.hasSuffix("jpg")
    #expect(picture.width == (isJPEG ? 19 : 11))
    #expect(picture.height == (isJPEG ? 13 : 7))
    #expect(picture.pixels == samples.map { Double($0) / white })
  }

  @Test func contentDecidesWithoutAnExtension() throws {
    let names = [("rgb8.png", "photo"), ("ycc420.jpg", "photo.data"), ("grey8.png", ".jpg")]
    for (fixture, name) in names {
      let bytes = try Fixture(name: fixture).bytes()
      #expect(try Picture(bytes: bytes, name: name).width > 0)
    }
  }

  @Test func trailingBytesOfAPNGAreNotItsBusiness() throws {
    let bytes = try Fixture(name: "rgb8.png").bytes()
    let picture = try Picture(bytes: bytes + [1, 2, 3], name: "a.png")
    #expect(picture.pixels == (try Picture(bytes: bytes, name: "a.png").pixels))
  }

  @Test func transparentPixelsBecomeWhite() throws {
    let pixels = try Picture(contentsOf: Fixture(name: "rgba8.png").path).pixels
    #expect(pixels[0..<3] == [1, 1, 1])
  }
}
