import Testing

@testable import Imaging

/// Expected values come from numpy, by the direct formula in double precision.
@Suite struct ResizingTests {
  @Test(arguments: [
    (
      3, 2, 5, 3,
      [
        0.0, 0.1465346534653465, 0.36633663366336633, 0.5861386138613862, 0.7326732673267327,
        0.04950495049504951, 0.19603960396039602, 0.4158415841584159, 0.6356435643564356,
        0.7821782178217821, 0.09900990099009901, 0.24554455445544554, 0.46534653465346537,
        0.6851485148514852, 0.8316831683168315,
      ]
    ),
    (
      7, 5, 3, 2,
      [
        0.6674917491749175, 0.5222772277227723, 0.5437293729372937, 0.32838283828382836,
        0.6831683168316832, 0.5379537953795382,
      ]
    ),
    (4, 3, 1, 1, [0.5148514851485149]),
  ])
  func planes(
    _ width: Int, _ height: Int, _ newWidth: Int, _ newHeight: Int, _ expected: [Double]
  ) {
    let plane = Plane(width: width, height: height, values: ramp(width * height))
    let resized = plane.resized(width: newWidth, height: newHeight)
    #expect(largestDifference(resized.values, expected) <= 1e-15)
  }

  @Test func channelsStayApart() {
    let picture = Picture(width: 3, height: 2, pixels: ramp(18)).resized(width: 2, height: 2)
    let expected = [
      0.024752475247524754, 0.3910891089108911, 0.7574257425742574, 0.17326732673267328,
      0.5396039603960395, 0.905940594059406, 0.32178217821782173, 0.6881188118811881,
      0.054455445544554455, 0.47029702970297027, 0.8366336633663367, 0.20297029702970298,
    ]
    #expect(largestDifference(picture.pixels, expected) <= 1e-15)
  }

  /// Bytes, words and reals take the same way: the same picture in each gives the same result.
  @Test func sampleTypesAgree() throws {
    let bytes = try Picture(contentsOf: Fixture(name: "rgb8.png").path)
    let values = bytes.samples.values
    let words = Picture(
      width: bytes.width, height: bytes.height,
      samples: .words(values.map(UInt16.init), maximum: 255))
    let reals = Picture(
      width: bytes.width, height: bytes.height, samples: .reals(values, maximum: 255))
    let expected = bytes.resized(width: 5, height: 13).pixels
    #expect(words.resized(width: 5, height: 13).pixels == expected)
    #expect(reals.resized(width: 5, height: 13).pixels == expected)
  }

  @Test func sameSizeChangesNothing() {
    let plane = Plane(width: 5, height: 4, values: ramp(20))
    #expect(plane.resized(width: 5, height: 4) == plane)
  }

  @Test func covering() {
    let wide = Picture(width: 5, height: 2, pixels: ramp(30)).covering(width: 2, height: 2)
    let wideExpected = [
      0.14851485148514854, 0.5148514851485149, 0.8811881188118812, 0.24752475247524752,
      0.6138613861386139, 0.48019801980198024, 0.6435643564356435, 0.5099009900990099,
      0.37623762376237624, 0.7425742574257426, 0.10891089108910891, 0.4752475247524752,
    ]
    #expect(largestDifference(wide.pixels, wideExpected) <= 1e-15)
    let tall = Picture(width: 3, height: 7, pixels: ramp(63)).covering(width: 4, height: 3)
    let tallExpected = [
      0.6683168316831682, 0.7846534653465347, 0.400990099009901, 0.7301980198019802,
      0.3777846534653465, 0.46287128712871284, 0.7107054455445545, 0.1707920792079208,
      0.5371287128712872, 0.6163366336633664, 0.23267326732673266, 0.599009900990099,
      0.8910891089108911, 0.25742574257425743, 0.6237623762376238, 0.9529702970297029,
      0.31930693069306926, 0.6856435643564356, 0.6522277227722773, 0.3935643564356436,
      0.7599009900990099, 0.0891089108910891, 0.45544554455445546, 0.8217821782178217,
      0.36386138613861385, 0.48019801980198024, 0.8465346534653466, 0.42574257425742573,
      0.5420792079207921, 0.43966584158415845, 0.40625, 0.6163366336633664, 0.23267326732673266,
      0.31188118811881194, 0.6782178217821783, 0.29455445544554454,
    ]
    #expect(largestDifference(tall.pixels, tallExpected) <= 1e-15)
  }

  @Test func coveringAnEqualShapeIsResizing() {
    let picture = Picture(width: 6, height: 4, pixels: ramp(72))
    #expect(
      picture.covering(width: 9, height: 6).pixels == picture.resized(width: 9, height: 6).pixels)
  }

  /// 15/14 and 17/14 of 224 are 7.5 and 8.5 times 32: both go to 8.
  @Test(arguments: [
    (460, 276, 384, 224), (600, 450, 288, 224), (266, 190, 320, 224), (500, 500, 224, 224),
    (14, 15, 224, 256), (14, 17, 224, 256), (15, 14, 256, 224), (1200, 100, 2688, 224),
    (1, 3, 224, 672),
  ])
  func fittedSizes(_ width: Int, _ height: Int, _ fitWidth: Int, _ fitHeight: Int) throws {
    let size = try #require(Picture.fittedSize(width: width, height: height))
    #expect(size == (fitWidth, fitHeight))
  }

  @Test func fittedSizeHasLimits() {
    #expect(Picture.fittedSize(width: 1, height: 16_384) == nil)
    #expect(Picture.fittedSize(width: 0, height: 1) == nil)
    #expect(Picture.fittedSize(width: .max, height: 1) == nil)
    #expect(Picture.fittedSize(width: 5, height: 5, shorterSide: 10, multiple: .max) == nil)
    #expect(Picture.fittedSize(width: 5, height: 5, shorterSide: 3, multiple: 32)?.width == 32)
  }
}
