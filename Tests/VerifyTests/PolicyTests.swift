import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

@Suite("Policies") struct PolicyTests {
  /// A tensor and one near it, with zeros, ties and errors of all sizes.
  static func pair(seed: UInt64) -> (actual: [Float], expected: [Double]) {
    var generator = SeededGenerator(seed: seed)
    var actual: [Float] = []
    var expected: [Double] = []
    for i in 0..<300 {
      let scale = Double.random(in: -6...3, using: &generator)
      var value = Double(Float(generator.floats(1)[0] * Float(pow10(scale))))
      if i % 17 == 0 { value = 0 }
      if i % 13 == 0, let last = expected.last { value = last }
      let error =
        Double(generator.floats(1)[0]) * pow10(Double.random(in: -9 ... -2, using: &generator))
      expected.append(value)
      actual.append(i % 5 == 0 ? Float(value) : Float(value + error))
    }
    return (actual, expected)
  }

  static func pow10(_ exponent: Double) -> Double {
    var result = 1.0
    let whole = Int(exponent.magnitude.rounded(.down))
    for _ in 0..<whole { result *= 10 }
    result *= 1 + (exponent.magnitude - Double(whole)) * 9
    return exponent < 0 ? 1 / result : result
  }

  static func deviation(_ actual: [Float], _ expected: [Double], bound: Double = 1) -> Deviation {
    let shape = TensorShape(channels: actual.count)
    let exact = Tensor(shape: shape, elements: expected)
    let bounds = Tensor(shape: shape, elements: expected.map { _ in bound })
    return Deviation(of: actual, from: exact, exact: exact, likely: bounds, worst: bounds)
  }

  @Test("with tolerances judge from a few numbers as from all elements", arguments: 0..<UInt64(40))
  func tolerances(seed: UInt64) {
    let (actual, expected) = Self.pair(seed: seed)
    let kept = Self.deviation(actual, expected).tolerances
    #expect(kept.points.count < 60)
    func holds(_ atol: Double, _ rtol: Double) -> Bool {
      zip(actual, expected).allSatisfy {
        (Double($0) - $1).magnitude <= atol + rtol * $1.magnitude
      }
    }
    for a in [0, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2] {
      for r in [0, 1e-7, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10] {
        #expect(kept.isWithin(atol: a, rtol: r) == holds(a, r), "atol \(a) rtol \(r)")
      }
    }
    // The least tolerances pass, and nothing below them does.
    let atol = kept.leastAbsolute()
    #expect(holds(atol, 0) && !holds(atol * 0.999, 0))
    let both = kept.leastOfBoth
    #expect(holds(both * 1.000001, both * 1.000001) && !holds(both * 0.999, both * 0.999))
  }

  @Test("never pass NaN, infinity or damaged guards") func damage() {
    let nan = Self.deviation([1, .nan], [1, 1])
    let right = Self.deviation([1, 1], [1, 1])
    for policy in [Policy.bound, .bitwise, .tolerances(atol: 1e9, rtol: 1e9)] + Policy.usual {
      #expect(policy.verdict(on: nan, guardsIntact: true, layer: "a", operation: "b") == .fail)
      #expect(policy.verdict(on: right, guardsIntact: false, layer: "a", operation: "b") == .fail)
      #expect(policy.verdict(on: right, guardsIntact: true, layer: "a", operation: "b") == .pass)
    }
    var unknown = right
    unknown.relativeL2 = .nan
    unknown.errorOverBound = .nan
    unknown.errorOverWorst = .nan
    for policy in [Policy.usual[0], Policy.usual[3], .bound] {
      #expect(policy.verdict(on: unknown, guardsIntact: true, layer: "", operation: "") == .fail)
    }
  }

  @Test("are bitwise to the last bit, but for the sign of zero") func bitwise() {
    let same = Self.deviation([1, -0.0, 0.1], [1, 0, Double(Float(0.1))])
    let other = Self.deviation([Float(1).nextUp], [1])
    #expect(Policy.bitwise.verdict(on: same, guardsIntact: true, layer: "", operation: "") == .pass)
    #expect(
      Policy.bitwise.verdict(on: other, guardsIntact: true, layer: "", operation: "") == .fail)
  }

  @Test("take the first rule that fits, and the derived bounds where none does") func rules() throws
  {
    let policy = try Policy(
      json: """
        {"name": "ours", "rules": [
          {"match": "conv2$", "atol": 1e-3}, {"operation": "Pooling", "max_ulp": 2, "bound": true}]}
        """, name: "file")
    #expect(policy.name == "ours")
    let off = Self.deviation([1.01], [1])
    func verdict(_ layer: String, _ operation: String) -> Verdict {
      policy.verdict(on: off, guardsIntact: true, layer: layer, operation: operation)
    }
    #expect(verdict("unit1_conv2", "Convolution") == .fail)
    #expect(verdict("unit1_conv1", "Convolution") == .pass)
    #expect(verdict("pool", "Pooling") == .fail)
  }

  @Test(
    "are refused where they say nothing or something else",
    arguments: [
      ("{\"rules\": [{\"atoll\": 1}]}", "atoll is none of"), ("{\"rules\": []}", "no rules"),
      ("{\"rules\": [{\"atol\": -1}]}", "negative"),
      ("{\"rules\": [{\"match\": \"(\"}]}", "limits nothing"),
      ("{\"rules\": [{\"match\": \"(\", \"atol\": 1}]}", "regular expression"), ("[]", "no policy"),
      ("{\"rules\": [{\"match\": \"a\"}]}", "limits nothing"), ("", "no policy"),
    ])
  func refusals(text: String, part: String) {
    let error = #expect(throws: PolicyError.self) { try Policy(json: text, name: "file") }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }
}

@Suite("Evidence") struct EvidenceTests {
  @Test("is enough with 459 elements, or with one in 16 of fewer") func limits() {
    func doubt(_ informative: Int, _ count: Int) -> Bool {
      Evidence.doubt(informative: informative, count: count, inputIsConstant: false) != nil
    }
    #expect(doubt(458, 1_000_000) && !doubt(459, 1_000_000))
    #expect(doubt(6, 100) && !doubt(7, 100))
    #expect(doubt(0, 1) && !doubt(1, 1))
    #expect(Evidence.doubt(informative: 100, count: 100, inputIsConstant: true) != nil)
    #expect(Evidence.isConstant([2, 2, 2]) && !Evidence.isConstant([2, 2, 3]))
    #expect(!Evidence.isConstant([2]))
  }

  @Test("is wanting on a picture of one colour, and behind zeros") func constant() throws {
    let team = try WorkerTeam(count: 1)
    let trial = try ConvolutionTrial(notation: "mb1ic3ih8oc4kh3ph1+relu", seed: 1)
    var network = try #require(try trial.network())
    let layer = network.layer
    let backends: [any ConvolutionBackend] = [TiledBackend()]
    func verdict() throws -> Verdict? {
      let golden = GoldenFile(unrecorded: network.input, name: "x", model: "x")
      return try Verifier(
        graph: network.graph, parameters: network.parameters, golden: golden, team: team
      ).verify(
        golden.cases[0],
        runs: backends.map { VerificationRun(name: $0.name, backends: BackendChoice($0)) },
        options: VerificationOptions(feeds: [.isolated], includes: { $0 == layer })
      ).layers.first?.verdict
    }
    #expect(try verdict() == .pass)
    network.input.elements = network.input.elements.map { _ in 3 }
    #expect(try verdict() == .mistrusted)
    network.input.elements = network.input.elements.enumerated().map { $0.offset == 0 ? 1e-30 : 0 }
    #expect(try verdict() == .mistrusted)
  }
}
