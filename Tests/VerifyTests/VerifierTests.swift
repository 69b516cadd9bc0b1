import Formats
import Glibc
import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

@Suite("The verifier") struct VerifierTests {
  static let shape = TensorShape(channels: 3, height: 64, width: 64)

  /// A picture with structure, and the same one every time.
  static func golden(_ model: Model) -> GoldenFile {
    var generator = SeededGenerator(seed: 9)
    let noise = generator.floats(shape.count)
    let values = noise.indices.map { i in
      128 + 60 * noise[i] + 0.8 * Float(i % 64)
    }
    return GoldenFile(
      unrecorded: Tensor(shape: shape, elements: values), name: "noise", model: model.name)
  }

  func verify(
    _ backends: [any ConvolutionBackend], options: PlanOptions = .standard, threads: Int = 2
  ) throws -> CaseResult {
    let team = try WorkerTeam(count: threads)
    let model = try Model("densenet-mini@1", team: team)
    let golden = Self.golden(model)
    let verifier = Verifier(
      graph: model.graph, parameters: model.parameters, golden: golden, team: team)
    return try verifier.verify(
      golden.cases[0],
      runs: backends.map {
        VerificationRun(name: $0.name, backends: BackendChoice($0), options: options)
      }, options: VerificationOptions())
  }

  @Test(
    "passes every right backend, fused and not", arguments: [true, false],
    InstructionSet.supported)
  func right(isFused: Bool, instructionSet: InstructionSet) throws {
    let result = try verify(
      BackendRegistry.builtIn.all,
      options: PlanOptions(
        passes: isFused ? Set(Pass.allCases) : [], instructionSet: instructionSet),
      threads: isFused ? 3 : 1)
    let wrong = result.layers.filter { $0.verdict != .pass && $0.verdict != .fellBack }
    #expect(wrong.isEmpty, "\(wrong.map { ($0.layer, $0.requested, $0.deviation) })")
    #expect(result.layers.count > 2 * BackendRegistry.builtIn.all.count * 20)
    #expect(result.verdict == .pass)
  }

  @Test("fails each fault at its layer, and only there", arguments: WrongBackend.Fault.allCases)
  func faults(fault: WrongBackend.Fault) throws {
    // The second unit's 3×3 convolution in the third block: 32 channels in, 8 out, on 4×4 pixels.
    let backend = WrongBackend(fault: fault) {
      $0.kernel == Size(3) && $0.input.height == 4 && $0.input.channels == 32
    }
    let result = try verify([backend])
    let struck: Set = ["DBstage3_unit1_conv2", "DBstage3_unit2_conv2"]
    for layer in result.layers where layer.feed == .isolated {
      #expect(
        (layer.verdict == .fail) == struck.contains(layer.layer),
        "\(layer.layer): \(layer.verdict) \(layer.deviation)")
    }
    // What follows has inherited the error; it must not be blamed for it.
    for layer in result.layers where layer.feed == .network && !struck.contains(layer.layer) {
      if fault != .oneNaN, fault != .notWritten, fault != .oneInfinity {
        #expect(layer.verdict == .pass, "\(layer.layer): \(layer.deviation)")
      }
    }
  }

  @Test("says where the worst element is") func position() throws {
    let backend = WrongBackend(fault: .oneElementOff) {
      $0.kernel == Size(3) && $0.input.height == 8
    }
    let result = try verify([backend])
    let failed = try #require(
      result.layers.first { $0.verdict == .fail && $0.feed == .isolated })
    #expect(failed.worstPosition == [0, 2, 0, 0])
    #expect((failed.deviation.got - failed.deviation.expected - 0.05).magnitude < 1e-4)
    #expect(failed.deviation.errorOverBound > 1)
  }

  /// One NaN in the stem reaches every layer behind it in the network feed, and none in the other.
  @Test("counts what is not finite, and never passes it") func nonFinite() throws {
    let backend = WrongBackend(fault: .oneNaN) { $0.kernel == Size(7) }
    let result = try verify([backend])
    #expect(result.verdict == .fail)
    for feed in LayerResult.Feed.allCases {
      let layers = result.layers.filter { $0.feed == feed }.drop { $0.layer != "conv0" }
      let stem = try #require(layers.first)
      #expect(stem.deviation.nonFinite == 1 && stem.verdict == .fail)
      #expect(layers.count > 20)
      for layer in layers.dropFirst() {
        #expect(
          layer.verdict == (feed == .network ? .fail : .pass), "\(layer.layer) \(feed)")
        #expect((layer.deviation.nonFinite > 0) == (feed == .network), "\(layer.layer) \(feed)")
      }
    }
  }

  @Test("judges only what is asked for") func match() throws {
    let team = try WorkerTeam(count: 2)
    let model = try Model("densenet-mini@1", team: team)
    let golden = Self.golden(model)
    let result = try Verifier(
      graph: model.graph, parameters: model.parameters, golden: golden, team: team
    ).verify(
      golden.cases[0],
      runs: [VerificationRun(name: "naive", backends: BackendChoice(NaiveBackend()))],
      options: VerificationOptions(feeds: [.isolated], includes: { $0 == "conv0" }))
    #expect(result.layers.map(\.layer) == ["conv0"])
  }
}

@Suite("Verdicts") struct VerdictTests {
  @Test("of NaN and infinity are FAIL", arguments: [Double.nan, .infinity, -.infinity])
  func notANumber(value: Double) {
    for other in [value, 0, 0.5, 2, .nan, .infinity] {
      #expect(Verdict(errorOverBound: value, errorOverWorst: other) == .fail)
      #expect(Verdict(errorOverBound: other, errorOverWorst: value) == .fail)
    }
  }

  /// What a tensor of 100 elements is compared with, one of which is not a number.
  enum Place: CaseIterable, Sendable { case actual, expected, exact, likely, worst, likelyRMS }

  @Test(
    "of a tensor with NaN or infinity in it are FAIL, wherever it has come from",
    arguments: Place.allCases, [Double.nan, .infinity, -.infinity])
  func entry(place: Place, value: Double) {
    let count = 100
    let shape = TensorShape(channels: count)
    func tensor(_ element: Double, _ own: Place) -> Tensor<Double> {
      var elements = [Double](repeating: element, count: count)
      if own == place { elements[37] = value }
      return Tensor(shape: shape, elements: elements)
    }
    // With an error within the bounds and with none at all.
    for error in [0.5, 0] {
      var actual = [Float](repeating: Float(2 + error), count: count)
      if place == .actual { actual[37] = Float(value) }
      let deviation = Deviation(
        of: actual, from: tensor(2, .expected), exact: tensor(2, .exact),
        likely: tensor(1, .likely), worst: tensor(1.5, .worst),
        likelyRMS: place == .likelyRMS ? value : 1)
      // An infinite bound allows everything; with no error, nothing is divided by.
      let isBound = place == .likely || place == .worst || place == .likelyRMS
      let isNoError = place == .likelyRMS && error == 0
      guard !(isBound && value == .infinity), !(isBound && value == -.infinity), !isNoError else {
        continue
      }
      #expect(deviation.verdict == .fail, "\(place) \(value) \(error)")
      for policy in [Policy.bound, .bitwise, .tolerances(atol: 1e30, rtol: 1)] {
        guard deviation.nonFinite > 0 || policy == .bound else { continue }
        #expect(
          policy.verdict(on: deviation, guardsIntact: true, layer: "a", operation: "b") == .fail)
      }
    }
  }

  @Test("of sums of errors that are not finite are FAIL", arguments: [Double.nan, .infinity])
  func sums(value: Double) {
    var deviation = Deviation()
    deviation.count = 1
    #expect(deviation.verdict == .pass)
    deviation.rmsOverBound = value
    #expect(deviation.verdict == .fail)
  }

  @Test("do not lose what infinite allowances have no mean of") func infiniteAllowance() {
    func allowance(_ value: Double, rms: Double) -> Allowance {
      Allowance(
        likely: Tensor(shape: TensorShape(channels: 1), elements: [value]), likelyRMS: rms)
    }
    var sum = allowance(.infinity, rms: 0.5)
    sum.add(allowance(1, rms: 0.25))
    #expect(sum.likelyRMS == 1 && sum.likely.elements == [.infinity])
    var finite = allowance(3, rms: 0.5)
    finite.add(allowance(1, rms: 0.25))
    #expect(finite.likelyRMS == 0.4375)
  }

  /// The sixth class is not among the first five, whose order and logits are right.
  @Test("of classes with NaN or infinity among them are FAIL", arguments: [Float.nan, -.infinity])
  func classes(value: Float) {
    let golden: [Float] = [9, 8, 7, 6, 5, 0]
    func comparison(_ logits: [Float], _ golden: [Float]) -> ClassComparison {
      ClassComparison(caseName: "a", backend: "b", logits: logits, goldenLogits: golden)
    }
    #expect(comparison(golden, golden).verdict == .pass)
    let wrong: [Float] = [9, 8, 7, 6, 5, value]
    #expect(comparison(wrong, golden).verdict == .fail)
    #expect(comparison(golden, wrong).verdict == .fail)
    #expect(comparison(wrong, golden).isSameTop5)
  }

  @Test(
    "of maps with NaN or infinity in them are FAIL, with a bound and without",
    arguments: [Double.nan, .infinity], [nil, 0.5])
  func maps(value: Double, bound: Double?) {
    func comparison(
      relativeL2: Double = 0, peakShift: Int? = 0, identity: Double = 0, likely: Double?,
      worst: Double?
    ) -> MapComparison {
      MapComparison(
        caseName: "a", backend: "b", classIndex: 0, label: nil, relativeL2: relativeL2,
        peakShift: peakShift, intersectionOverUnion: 1, identityError: identity,
        errorOverBound: likely, errorOverWorst: worst)
    }
    #expect(comparison(likely: bound, worst: bound).verdict == .pass)
    #expect(comparison(relativeL2: value, likely: bound, worst: bound).verdict == .fail)
    #expect(comparison(identity: value, likely: bound, worst: bound).verdict == .fail)
    #expect(comparison(peakShift: nil, likely: bound, worst: bound).verdict == .fail)
    #expect(comparison(likely: value, worst: 0.5).verdict == .fail)
    #expect(comparison(likely: 0.5, worst: value).verdict == .fail)
  }

  @Test("do not come from a bound that is NaN") func noBound() {
    func tensor(_ value: Double) -> Tensor<Double> {
      Tensor(shape: TensorShape(channels: 1), elements: [value])
    }
    let unknown = Deviation(
      of: [2], from: tensor(2), exact: tensor(.nan), likely: tensor(1), worst: tensor(1))
    #expect(unknown.verdict == .fail)
    for bound in [Double.nan, 0] {
      let deviation = Deviation(
        of: [2], from: tensor(1), exact: tensor(1), likely: tensor(bound), worst: tensor(bound))
      #expect(deviation.verdict == .fail)
    }
    let allowed = Deviation(
      of: [2], from: tensor(1), exact: tensor(1), likely: tensor(1), worst: tensor(1))
    #expect(allowed.verdict == .pass)
  }

  @Test("have two limits") func limits() {
    #expect(Verdict(errorOverBound: 1, errorOverWorst: 0.1) == .pass)
    #expect(Verdict(errorOverBound: 1.01, errorOverWorst: 1) == .marginal)
    #expect(Verdict(errorOverBound: 3, errorOverWorst: 1.01) == .fail)
    #expect(Verdict.pass < .marginal && Verdict.marginal < .fail)
  }
}

@Suite("The rounding model") struct RoundingModelTests {
  @Test("limits the mean square the more closely the more elements there are") func meanSquare() {
    var last = Double.infinity
    for count in [1, 2, 10, 100, 10_000] {
      let t = RoundingModel.meanSquareLimit(independent: count)
      // The exponent of Chernoff's bound is that of the probability of a false alarm.
      #expect((Double(count) * (t - 1 - log(t)) / 2 - log(1e6)).magnitude < 1e-6)
      #expect(t > 1 && t < last)
      last = t
    }
    let shape = TensorShape(channels: 100)
    func verdict(_ error: Float) -> Verdict {
      let zero = Tensor(shape: shape, elements: [Double](repeating: 0, count: 100))
      let bound = zero.mapped { _ in 1 }
      return Deviation(
        of: [Float](repeating: error, count: 100), from: zero, exact: zero, likely: bound,
        worst: bound, likelyRMS: 0.25
      ).verdict
    }
    // Each alone is within its bound; all together are not.
    #expect(verdict(0.2) == .pass && verdict(0.3) == .marginal && verdict(1.1) == .fail)
  }

  @Test("is the worst case where that is less") func small() {
    let model = RoundingModel(roundings: 3, sums: 100)
    let u = 0x1p-24
    #expect(model.worst == 3 * u / (1 - 3 * u))
    #expect(model.likely == model.worst)
  }

  @Test("grows with the root of the length") func root() {
    let short = RoundingModel(roundings: 1000, sums: 1)
    let long = RoundingModel(roundings: 4000, sums: 1)
    #expect(long.likely / short.likely > 2 && long.likely / short.likely < 2.2)
    #expect(long.likely < long.worst / 5)
    // λ² / 2 = ln(2 · 1000 / 1e-6), so λ = 6.545; λ √1000 u = 1.2337e-5.
    #expect((short.likely / 1.2337e-5 - 1).magnitude < 1e-3)
  }

  @Test(
    "holds for sums in single precision, seldom exceeding a tenth of it", arguments: [64, 1152])
  func sums(count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let model = RoundingModel(roundings: count, sums: 200)
    var worst = 0.0
    for _ in 0..<200 {
      let x = generator.floats(count)
      let w = generator.floats(count)
      var sum: Float = 0
      var exact = 0.0
      var magnitude = 0.0
      for i in 0..<count {
        sum += w[i] * x[i]
        exact += Double(w[i]) * Double(x[i])
        magnitude += (Double(w[i]) * Double(x[i])).magnitude
      }
      worst = max(worst, (Double(sum) - exact).magnitude / (model.likely * magnitude))
    }
    #expect(worst < 0.5)
    #expect(worst > 0.001)
  }
}

@Suite("A single layer") struct SingleLayerTests {
  @Test("is judged alike alone and with all others", arguments: ["conv0", "DBstage3_unit1_conv2"])
  func alone(layer: String) throws {
    let team = try WorkerTeam(count: 2)
    let model = try Model("densenet-mini@1", team: team)
    let golden = VerifierTests.golden(model)
    let verifier = Verifier(
      graph: model.graph, parameters: model.parameters, golden: golden, team: team)
    let runs = BackendRegistry.builtIn.all.map {
      VerificationRun(name: $0.name, backends: BackendChoice($0))
    }
    let all = try verifier.verify(
      golden.cases[0], runs: runs, options: VerificationOptions(feeds: [.isolated]))
    let single = try verifier.verify(
      golden.cases[0], runs: runs,
      options: VerificationOptions(feeds: [.isolated], includes: { $0 == layer }))
    #expect(single.layers.count == runs.count)
    #expect(
      single.layers.map(\.deviation.errorOverBound)
        == all.layers.filter { $0.layer == layer }.map(\.deviation.errorOverBound))
    #expect(single.layers.allSatisfy { $0.wasRun && $0.deviation.errorOverBound > 0 })
    // A plan for one layer packs the weights of no other.
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: golden.cases[0].input.shape,
      backends: BackendChoice(TiledBackend()), options: PlanOptions(preparedNodes: [layer]))
    let whole = try Plan(
      graph: model.graph, parameters: model.parameters, input: golden.cases[0].input.shape,
      backends: BackendChoice(TiledBackend()))
    #expect(plan.packedBytes > 0 && plan.packedBytes < whole.packedBytes / 4)
  }
}
