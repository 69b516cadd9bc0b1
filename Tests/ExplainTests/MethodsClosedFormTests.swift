import Kernels
import Net
import Testing

@testable import Explain

/// The largest distance of two lists over the largest value of the second; NaN counts as infinite.
func relativeDistance(_ values: [Double], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  let scale = expected.reduce(0) { max($0, $1.magnitude) }
  let distance = zip(values, expected).reduce(0) { largest, pair in
    let distance = (pair.0 - pair.1).magnitude
    return distance.isNaN ? .infinity : max(largest, distance)
  }
  return scale == 0 ? distance : distance / scale
}

/// Closed forms against PyTorch's autograd, on features that both were given.
@Suite struct MethodsClosedFormTests {
  /// Sums of at most 32 products in double precision, whose terms are not much larger than the map:
  /// roundings of some 32 · 2⁻⁵³ each way, 7e-15.
  static let tolerance = 1e-12

  @Test func fixtureIsThere() throws {
    #expect(try MethodsFixture.load().heads.count == 3)
    #expect(MethodsFixture.heads.allSatisfy { $0.maps.count == 6 * $0.logits.count })
  }

  @Test(arguments: MethodsFixture.heads)
  func `maps are those of autograd`(fixture: MethodsFixture.Head) throws {
    let (head, parameters) = try fixture.head()
    for expected in fixture.maps {
      let method = try #require(CAMMethod(rawValue: expected.method))
      let map = try head.map(
        method: method, ofClass: expected.class, features: fixture.features[...],
        shape: fixture.tensorShape, parameters: parameters)
      #expect(map.classIndex == expected.class)
      #expect((map.height, map.width) == (fixture.shape[1], fixture.shape[2]))
      let distance = relativeDistance(map.values, expected.values)
      #expect(distance <= Self.tolerance, "\(method) of class \(expected.class)")
      #expect(method.isSigned || map.values.allSatisfy { $0 >= 0 })
    }
  }

  @Test func `maps of a network's features are those of autograd`() throws {
    let fixture = try MethodsFixture.load().densenet
    let network = try ExplainedNetwork.denseNet()
    let features = try GoldenArrays.read().features
    #expect(fixture.closed.count == 18)
    for expected in fixture.closed {
      let method = try #require(CAMMethod(rawValue: expected.method))
      let map = try network.head.map(
        method: method, ofClass: expected.class, features: features.elements[...],
        shape: features.shape, parameters: network.parameters)
      let distance = relativeDistance(map.values, expected.values)
      #expect(distance <= Self.tolerance, "\(method) of class \(expected.class)")
    }
  }

  @Test(arguments: MethodsFixture.heads)
  func `sums and means give the logit`(fixture: MethodsFixture.Head) throws {
    let (head, parameters) = try fixture.head()
    let scale = fixture.logits.reduce(1) { max($0, $1.magnitude) }
    for (index, logit) in fixture.logits.enumerated() {
      func map(_ method: CAMMethod) throws -> ClassActivationMap {
        try head.map(
          method: method, ofClass: index, features: fixture.features[...],
          shape: fixture.tensorShape, parameters: parameters)
      }
      let bias = head.biasValue(ofClass: index, parameters: parameters)
      #expect((try map(.cam).mean + bias - logit).magnitude <= Self.tolerance * scale)
      let sum = try map(.hiResCAM).values.reduce(0, +)
      #expect((sum + bias - logit).magnitude <= Self.tolerance * scale)
      let plain = try head.map(
        ofClass: index, features: fixture.features[...], shape: fixture.tensorShape,
        parameters: parameters)
      #expect(try map(.cam) == plain)
    }
  }

  /// Two channels of opposite weight cancel to a logit of exactly 0.
  @Test func `no share of nothing`() throws {
    let fixture = MethodsFixture.Head(
      name: "nothing", shape: [2, 1, 2], features: [1, 3, 3, 1], weight: [1, -1, 1, 0], bias: nil,
      logits: [0, 2], maps: [])
    let (head, parameters) = try fixture.head()
    func ablation(_ index: Int) throws -> [Double] {
      try head.map(
        method: .ablationCAM, ofClass: index, features: fixture.features[...],
        shape: fixture.tensorShape, parameters: parameters
      ).values
    }
    #expect(try ablation(0) == [0, 0])
    #expect(try ablation(1) == [1, 3])
  }

  @Test(arguments: CAMMethod.allCases)
  func `what is in closed form is computed`(method: CAMMethod) throws {
    let fixture = try #require(MethodsFixture.heads.first)
    let (head, parameters) = try fixture.head()
    let code = { () -> ExplainError.Code? in
      do throws(ExplainError) {
        _ = try head.map(
          method: method, ofClass: 0, features: fixture.features[...],
          shape: fixture.tensorShape, parameters: parameters)
        return nil
      } catch { return error.code }
    }()
    #expect(code == (method.isClosedForm ? nil : .needsForwardPasses))
  }

  @Test(arguments: CAMMethod.allCases.filter(\.isClosedForm))
  func `wrong weights are refused`(method: CAMMethod) throws {
    let fixture = try #require(MethodsFixture.heads.first)
    let (head, parameters) = try fixture.head()
    var short = Parameters()
    short.add("w", Parameter(shape: [2], elements: [1, 2]))
    var biased = Parameters()
    biased.add("w", try #require(parameters["w"]))
    let wrong = method == .ablationCAM ? [Parameters(), short, biased] : [Parameters(), short]
    for parameters in wrong {
      #expect(throws: ExplainError.self) {
        try head.map(
          method: method, ofClass: 0, features: fixture.features[...],
          shape: fixture.tensorShape, parameters: parameters)
      }
    }
  }
}
