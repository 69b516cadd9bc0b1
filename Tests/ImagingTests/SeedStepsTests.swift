import Testing

@testable import Imaging

/// Values that R 4.2.2 and EBImage 4.45.1 give for 7×7 maps at 224×224.
@Suite struct SeedStepsTests {
  /// One hot corner: the circular blur shows it at the three others.
  @Test(arguments: [
    (0, 0, 0.36972841493870257, 94), (0, 223, 0.23832455556526805, 61),
    (223, 0, 0.23832455556526805, 61), (223, 223, 0.15362247393076137, 39),
    (0, 222, 0.12236105668055039, 31), (1, 0, 0.48569191382342014, 124),
    (16, 16, 0.9404534257385812, 240), (30, 30, 0.2990722656250002, 76), (0, 100, 0, 0),
    (112, 112, 0, 0), (221, 2, 0.06523699579968247, 17),
  ])
  func hotCorner(_ y: Int, _ x: Int, _ expected: Double, _ index: UInt8) throws {
    let map = Plane(width: 7, height: 7, values: [1] + [Double](repeating: 0, count: 48))
    let heat = try #require(map.heat(width: 224, height: 224)).values[224 * y + x]
    #expect(abs(heat - expected) <= 1e-15)
    #expect(Palette.index(of: heat) == index)
  }

  /// Plateaus with values k·5/255.
  ///
  /// R blurs by FFT, whose noise decides where 255·v is a half (the last three); one colour either way
  /// is right there.
  @Test(arguments: [
    (0, 0, 0.3919470294960296, [100]), (0, 223, 0.4189602721220223, [107]),
    (223, 0, 0.5810397278779781, [148]), (223, 223, 0.6080529705039708, [155]),
    (112, 112, 0.5026041666666669, [128]), (60, 10, 0.20279947916666677, [52]),
    (150, 200, 0.7330729166666665, [187]), (10, 16, 0.0006297962549695783, [0]),
    (45, 47, 0.15494791666666669, [40]), (26, 198, 0.16666666666666663, [42, 43]),
    (27, 191, 0.16666666666666657, [42, 43]), (30, 170, 0.16666666666666677, [42, 43]),
  ])
  func plateaus(_ y: Int, _ x: Int, _ expected: Double, _ indices: [UInt8]) throws {
    let map = Plane(width: 7, height: 7, values: (0..<49).map { Double(5 * $0) / 255 })
    let normalized = try #require(map.normalized())
    // R's map goes from 0 to 240/255 and is stretched from there.
    #expect(normalized.values[48] == 1)
    let heat = try #require(map.heat(width: 224, height: 224)).values[224 * y + x]
    #expect(abs(heat - expected) <= 1e-15)
    #expect(indices.contains(Palette.index(of: heat)))
  }
}
