import Testing

@testable import Imaging

/// Expected blurs come from numpy, as circular convolutions by FFT.
@Suite struct PlaneTests {
  @Test func normalizing() throws {
    let plane = Plane(width: 3, height: 1, values: [-1, 1, 3])
    #expect(try #require(plane.normalized()).values == [0, 0.5, 1])
  }

  @Test(arguments: [
    [0.0, 0, 0], [2.5, 2.5, 2.5], [0, .nan, 1], [.nan, 0, 1], [0, .infinity, 1],
    [-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude],
  ])
  func nothingToNormalize(_ values: [Double]) {
    #expect(Plane(width: 3, height: 1, values: values).normalized() == nil)
  }

  /// Smaller than the kernel, so that it laps itself.
  @Test func blurOfASmallPlane() {
    let blurred = Plane(width: 5, height: 3, values: ramp(15)).gaussianBlurred()
    let expected = [
      0.4320787417236347, 0.4222261382741158, 0.4304868464092613, 0.4296968229475512,
      0.42359429894260014, 0.4407041354963388, 0.42997199337068837, 0.4382327015058339,
      0.4383222167202553, 0.4309757260506984, 0.43487416351007324, 0.4241420213844228,
      0.4324027295195683, 0.43249224473398973, 0.42514575406443283,
    ]
    #expect(largestDifference(blurred.values, expected) <= 2e-15)
  }

  @Test(arguments: [
    (0, 0, 0.4574852606655535), (0, 11, 0.4532564484257382), (9, 0, 0.4608121750828417),
    (9, 11, 0.45484768344508697), (5, 6, 0.49946289495309), (2, 9, 0.4925296110248547),
  ])
  func blur(_ y: Int, _ x: Int, _ expected: Double) {
    let blurred = Plane(width: 12, height: 10, values: ramp(120)).gaussianBlurred()
    #expect(abs(blurred.values[12 * y + x] - expected) <= 2e-15)
  }

  /// A hot corner shines at the three others, and nowhere beyond three elements.
  @Test(arguments: [
    (0, 0, 0.04670177773892775), (0, 1, 0.04121417419979794), (0, 11, 0.04121417419979794),
    (9, 0, 0.04121417419979794), (9, 11, 0.03637138107390363), (7, 9, 0.004922331159343522),
    (0, 3, 0.015161847372964141), (0, 4, 0), (4, 0, 0), (6, 0, 0),
  ])
  func blurWrapsAround(_ y: Int, _ x: Int, _ expected: Double) {
    var values = [Double](repeating: 0, count: 120)
    values[0] = 1
    let blurred = Plane(width: 12, height: 10, values: values).gaussianBlurred()
    #expect(abs(blurred.values[12 * y + x] - expected) <= 1e-16)
    #expect(abs(blurred.values.reduce(0, +) - 1) <= 1e-14)
  }

  @Test func luma() {
    let picture = Picture(width: 2, height: 1, pixels: [1, 0, 0, 0.5, 1, 0.25])
    let expected = [0.3, 0.15 + 0.59 + 0.0275]
    #expect(largestDifference(picture.luma.values, expected) <= 1e-15)
  }
}
