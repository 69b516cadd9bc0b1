import Kernels
import Testing

@testable import Verify

@Suite("Deviations") struct DeviationTests {
  static func tensor(_ values: [Double]) -> Tensor<Double> {
    Tensor(shape: TensorShape(channels: values.count), elements: values)
  }

  static func deviation(
    _ actual: [Float], _ expected: [Double], exact: [Double]? = nil, bound: Double = 1
  ) -> Deviation {
    let bounds = tensor(expected.map { _ in bound })
    return Deviation(
      of: actual, from: tensor(expected), exact: tensor(exact ?? expected), likely: bounds,
      worst: bounds)
  }

  @Test("from an exact value that is no number are a FAIL", arguments: [Double.nan, .infinity])
  func notANumber(value: Double) {
    #expect(Self.deviation([1, 1], [1, 1], exact: [1, value], bound: .infinity).verdict == .fail)
    #expect(Self.deviation([1, 1], [1, 1], exact: [1, value]).verdict == .fail)
    #expect(Self.deviation([1, 1], [1, 1]).verdict == .pass)
  }

  @Test("from what 32 bits cannot hold are no matter of last places") func tooLarge() {
    let deviation = Self.deviation([1, 2], [1, 1e300])
    #expect(deviation.maxULP == .infinity)
    let lenient = Policy(name: "", rules: [.init(maxUlp: 1e30)])
    #expect(
      lenient.verdict(on: deviation, guardsIntact: true, layer: "", operation: "") == .fail)
  }

  @Test("name the worst element, or the first that is not finite") func worst() {
    #expect(Self.deviation([1, 3, 2], [1, 1, 1]).worstIndex == 1)
    #expect(Self.deviation([9, .nan, .infinity], [1, 1, 1]).worstIndex == 1)
    #expect(Self.deviation([9, .nan, .infinity], [1, 1, 1]).nonFinite == 2)
    #expect(Self.deviation([9, .nan, .infinity], [1, 1, 1]).differing == 3)
  }
}
