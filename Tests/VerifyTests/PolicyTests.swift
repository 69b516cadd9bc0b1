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

  @Test("judge from what is kept as from all elements", arguments: 0..<UInt64(25))
  func kept(seed: UInt64) {
    let (actual, expected) = Self.pair(seed: seed)
    let deviation = Self.deviation(actual, expected)
    func passes(_ rule: Policy.Rule) -> Bool {
      Policy(name: "", rules: [rule])
        .verdict(on: deviation, guardsIntact: true, layer: "", operation: "") == .pass
    }
    let errors = zip(actual, expected).map { (Double($0) - $1).magnitude }
    let norm = expected.reduce(0) { $0 + $1 * $1 }
    let distance = (errors.reduce(0) { $0 + $1 * $1 } / norm).squareRoot()
    let ulps = zip(errors, expected).map { $0 / Double(Float($1).magnitude.ulp) }.max() ?? 0
    for factor in [0.5, 0.999999, 1.000001, 2] {
      #expect(passes(.init(relativeL2: distance * factor)) == (factor > 1))
      #expect(passes(.init(nmse: distance * distance * factor)) == (factor > 1))
      #expect(passes(.init(maxUlp: ulps * factor)) == (factor > 1))
      // All limits of a rule have to hold.
      #expect(!passes(.init(atol: 1e9, relativeL2: distance * 0.5)))
    }
    #expect(passes(.init(bitwise: true)) == zip(actual, expected).allSatisfy { $0 == Float($1) })
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
      ("{\"rules\": [{\"atoll\": 1}]}", "\"atoll\" is none of"), ("{\"rules\": []}", "no rules"),
      ("{\"rules\": [{\"atol\": -1}]}", "negative"),
      ("{\"rules\": [{\"match\": \"(\"}]}", "limits nothing"),
      ("{\"rules\": [{\"match\": \"(\", \"atol\": 1}]}", "regular expression"),
      ("[]", "not a policy"),
      ("{\"rules\": [{\"match\": \"a\"}]}", "limits nothing"), ("", "not a policy"),
      ("{\"rules\": [{\"atol\": \"1\"}]}", "rules[0].atol is not a number"),
      (
        "{\"rules\": [{\"atol\": 1}, {\"relative_l2\": true}]}",
        "rules[1].relative_l2 is not a number"
      ),
      ("{\"rules\": 3}", "rules is not a list"), ("{}", "it has no \"rules\""),
      ("3", "it is not an object"),
      ("{\"rules\": [null]}", "rules[0] is null"), ("{\"rules\": [{}]}", "limits nothing"),
      ("{\"rules\": [{\"atol\": 1}], \"rule\": []}", "\"rule\" is none of name, rules"),
      ("{\"rules\": [{\"atol\": 1e999}]}", "not a policy"),
      ("{\"rules\": [{\"atol\": 1}", "valid JSON"),
      ("{\"rules\": [{\"a\\nb\": 1}]}", "\"a\\nb\" is none of"),
      ("{\"rules\": [{\"atol\": 1, \"match\": \"(\\n\"}]}", "regular expression"),
    ])
  func refusals(text: String, part: String) {
    let error = #expect(throws: PolicyError.self) { try Policy(json: text, name: "file") }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }
}
