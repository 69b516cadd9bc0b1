import Formats
import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

@Suite("The bound of a class activation map") struct MapBoundTests {
  /// Verifies densenet-mini with maps that the network itself, in double precision, would store.
  private func verify(
    _ backends: [any ConvolutionBackend], feeds: Set<LayerResult.Feed> = [.isolated, .network],
    includes: @escaping @Sendable (String) -> Bool = { _ in true }
  ) throws -> CaseResult {
    let team = try WorkerTeam(count: 2)
    let model = try Model("densenet-mini@1", team: team)
    let golden = VerifierTests.golden(model)
    let shapes = try model.graph.shapes(
      input: VerifierTests.shape, parameters: model.parameters)
    let head = try ClassifierHead(of: model.graph, shapes: shapes)
    var features: [Double] = []
    let input = golden.cases[0].input
    try ReferenceEvaluator(graph: model.graph, parameters: model.parameters, team: team).run(
      Tensor(shape: input.shape, elements: input.elements.map(Double.init))
    ) { node, value in
      if node == head.features { features = value.elements }
    }
    let map = try head.map(
      ofClass: 3, features: features[...], shape: shapes[head.features],
      parameters: model.parameters)
    let stored = StoredMap(
      classIndex: 3, height: map.height, width: map.width, values: map.values.map { Float($0) },
      label: nil, rank: 1, probability: 0.5)
    let source = golden.cases[0]
    let withMap = GoldenFile(
      path: golden.path, header: golden.header,
      cases: [
        GoldenCase(
          name: source.name, source: "", sourceSHA256: "", preprocessing: "", input: source.input,
          activationShapes: [:], logits: [], probabilities: [], maps: [stored],
          readActivation: source.readActivation)
      ])
    return try Verifier(
      graph: model.graph, parameters: model.parameters, golden: withMap, team: team
    ).verify(
      withMap.cases[0],
      runs: backends.map { VerificationRun(name: $0.name, backends: BackendChoice($0)) },
      options: VerificationOptions(feeds: feeds, includes: includes))
  }

  @Test("passes every right backend, with an error that is there") func right() throws {
    let maps = try verify(BackendRegistry.builtIn.all).maps
    #expect(maps.count == BackendRegistry.builtIn.all.count)
    for map in maps {
      let ratio = try #require(map.errorOverBound)
      // A map of 32-bit features without any error at all would mean that nothing was compared.
      #expect(ratio > 1e-4 && ratio <= 1, "\(map.backend): \(ratio)")
      #expect(try #require(map.errorOverWorst) <= ratio)
      #expect(map.verdict == .pass, "\(map)")
    }
  }

  /// Errors of steps that nobody judges need not be rounding, even if the features' own step is right.
  @Test(
    "is not there if a step before the features is not judged",
    arguments: [["conv0"], ["relu1", "bn1"], []])
  func unjudged(layers: [String]) throws {
    let maps = try verify([NaiveBackend()], includes: { layers.contains($0) }).maps
    #expect(maps.count == 1 && !maps[0].hasBound && maps[0].verdict == .pass)
  }

  @Test("does not need what comes behind the features") func behind() throws {
    let maps = try verify([NaiveBackend()], includes: { $0 != "fc1" && $0 != "softmax" }).maps
    #expect(maps.count == 1 && maps[0].hasBound && maps[0].verdict == .pass)
  }

  static let shape = TensorShape(channels: 2, height: 1, width: 2)

  /// The head `logit = mean(3·f₀ − 2·f₁)` of a graph that is nothing else.
  private func head() throws -> (ClassifierHead, Parameters) {
    let graph = try Graph(
      nodes: [
        Node(name: "data", operation: .input, inputs: []),
        Node(
          name: "pool",
          operation: .pooling(
            PoolingAttributes(.average, kernel: Size(1), isGlobal: true)), inputs: [0]),
        Node(
          name: "fc", operation: .fullyConnected(outputs: 1, hasBias: false), inputs: [1],
          parameters: ["w"]),
      ], output: 2)
    var parameters = Parameters()
    parameters.add("w", Parameter(shape: [1, 2], elements: [3, -2]))
    let shapes = try graph.shapes(input: Self.shape, parameters: parameters)
    return (try ClassifierHead(of: graph, shapes: shapes), parameters)
  }

  private func bound(likely: [Double], worst: [Double]? = nil) throws -> MapBound {
    let (head, parameters) = try head()
    func tensor(_ elements: [Double]) -> Tensor<Double> {
      Tensor(shape: Self.shape, elements: elements)
    }
    return try MapBound(
      ofClass: 0, head: head,
      features: FeatureReference(
        exact: tensor([1, 2, 3, 4]),
        allowed: Allowance(likely: tensor(likely), worst: worst.map(tensor))),
      parameters: parameters)
  }

  @Test("is the sum of the features' bounds, each times its weight's size") func sum() throws {
    let bound = try bound(likely: [0.5, 1, 0.25, 2], worst: [1, 2, 3, 4])
    let own = [27 * 0x1p-53, 42 * 0x1p-53]
    // 3·f₀ − 2·f₁
    #expect(bound.exact.values == [-3.0, -2])
    // 3·δ₀ + 2·δ₁, and the rounding of the sum itself: 3 · 2⁻⁵³ · (3·f₀ + 2·f₁).
    #expect(bound.likely == [2 + own[0], 7 + own[1]])
    #expect(bound.worst == [9 + own[0], 14 + own[1]])
  }

  @Test("is exceeded by one wrong element and by NaN") func wrong() throws {
    let bound = try bound(likely: [0.5, 1, 0.25, 2])
    func ratio(_ values: [Double]) -> Double {
      bound.ratios(
        of: ClassActivationMap(classIndex: 0, height: 1, width: 2, values: values)
      ).overWorst
    }
    #expect(ratio([-3, -2]) == 0)
    #expect(ratio([-3, -2 + 7]) > 0.999 && ratio([-3, -2 + 7]) < 1)
    #expect(ratio([-3 - 2.01, -2]) > 1)
    #expect(ratio([.nan, -2]) == .greatestFiniteMagnitude)
  }

  @Test("is exceeded by everything if nobody knows it") func unknown() throws {
    for (likely, worst) in [([.nan, 1, 1, 1], [1, 1, 1, 1]), ([1, 1, 1, 1], [1, 1, .nan, 1])]
      as [([Double], [Double])]
    {
      let bound = try bound(likely: likely, worst: worst)
      let ratios = bound.ratios(of: bound.exact)
      #expect(max(ratios.overLikely, ratios.overWorst) == .greatestFiniteMagnitude)
    }
  }

  /// `mean(map) + bias − logit`, for features that are all of one sign.
  @Test(
    "holds for the identity",
    arguments: [(0.5, Verdict.pass), (1e-7, .pass), (1e-4, .fail), (.nan, .fail)])
  func identity(error: Double, expected: Verdict) throws {
    let (head, parameters) = try head()
    let features: [Float] = [1, 2, 3, 4]
    // 3 · 1.5 − 2 · 3.5
    let map = ClassActivationMap(classIndex: 0, height: 1, width: 2, values: [-3, -2])
    let exact = -2.5
    let identity = try IdentityError(
      of: map, head: head, features: features[...], shape: Self.shape,
      logit: error == 0.5 ? exact : exact + error, parameters: parameters)
    // Σ|w|·mean|f| is 11.5, and a product goes through 2 + 2 + 3 roundings.
    #expect((identity.worst / (7 * 0x1p-24 * 11.5) - 1).magnitude < 1e-5)
    #expect(identity.likely <= identity.worst)
    let ratios = try bound(likely: [1, 1, 1, 1]).ratios(of: map, identity: identity)
    #expect(
      Verdict(errorOverBound: ratios.overLikely, errorOverWorst: ratios.overWorst) == expected)
  }

  @Test(
    "decides where there is one, and the map's meaning where there is none",
    arguments: [
      (0.5, 0.5, Verdict.pass), (1.5, 0.5, .marginal), (1.5, 1.5, .fail), (.nan, .nan, .fail),
    ])
  func verdict(likely: Double, worst: Double, expected: Verdict) {
    func comparison(_ relativeL2: Double) -> MapComparison {
      MapComparison(
        caseName: "a", backend: "b", classIndex: 0, label: nil, relativeL2: relativeL2,
        peakShift: 0, intersectionOverUnion: 1, identityError: 0, errorOverBound: likely,
        errorOverWorst: worst)
    }
    for (distance, meaning) in [(0, Verdict.pass), (1e-3, .marginal), (1, .fail)] {
      #expect(comparison(distance).verdict == expected)
      #expect(comparison(distance).meaning == meaning)
      var unknown = MapComparison(
        caseName: "a", backend: "b", classIndex: 0, label: nil, relativeL2: distance,
        peakShift: 0, intersectionOverUnion: 1, identityError: 0)
      #expect(unknown.verdict == meaning && !unknown.hasBound)
      // Half a bound is none.
      unknown = MapComparison(
        caseName: "a", backend: "b", classIndex: 0, label: nil, relativeL2: distance,
        peakShift: 0, intersectionOverUnion: 1, identityError: 0, errorOverBound: 0)
      #expect(unknown.verdict == meaning && !unknown.hasBound)
    }
  }
}

/// Networks whose right kernels take a map further than any fixed distance would let pass.
@Suite("Maps of networks that magnify rounding") struct MapOfDeepNetworkTests {
  /// A million is added and taken away, which leaves features with 16 fewer bits.
  private func network(splits: Bool = false) throws -> GoldenNetwork {
    var layers: [GoldenNetwork.Layer] = [
      .init("conv0", .convolution(8, 3, padding: 1)), .init("relu0", .activation(.relu)),
      .init("up", .activation(.scalar(.add, 1_000_000))),
      .init("down", .activation(.scalar(.subtract, 1_000_000))),
    ]
    if splits {
      // As at the end of an Inception: the features are a concatenation.
      layers += [
        .init("left", .convolution(5, 3, padding: 1), "down"),
        .init("right", .convolution(4, 1), "down"), .init("rightRelu", .activation(.relu)),
        .init("inner", .concatenation, "left", "rightRelu"),
        .init("other", .convolution(3, 1), "down"),
        .init("features", .concatenation, "inner", "other"),
        .init("drop", .identity(.dropout)),
      ]
    } else {
      layers += [.init("conv1", .convolution(5, 3, padding: 1))]
    }
    layers += [
      .init("pool", .globalAverage), .init("flat", .flatten),
      .init("fc", .fullyConnected(outputs: 6, hasBias: true)), .init("soft", .softmax),
    ]
    return try GoldenNetwork(layers)
  }

  @Test("pass by their bound, and what changes is told", arguments: [false, true], [false, true])
  func right(splits: Bool, isFused: Bool) throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try network(splits: splits)
    try network.record(path)
    let result = try network.verify(
      path, BackendRegistry.builtIn.all, plan: isFused ? .standard : .unfused)
    #expect(result.layers.allSatisfy { $0.verdict == .pass || $0.verdict == .fellBack })
    #expect(result.maps.count == 5 * BackendRegistry.builtIn.all.count)
    for map in result.maps {
      #expect(map.hasBound && map.verdict == .pass, "\(map)")
      #expect(map.relativeL2 > MapComparison.sameRelativeL2, "\(map)")
    }
    #expect(result.maps.contains { $0.meaning != .pass })
  }

  @Test("fail if their own step is wrong", arguments: [false, true]) func wrong(splits: Bool) throws
  {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try network(splits: splits)
    try network.record(path)
    let result = try network.verify(
      path, [WrongBackend(fault: .oneElementOff, amount: 50) { $0.outputChannels == 5 }])
    #expect(result.maps.count == 5)
    #expect(result.maps.allSatisfy { $0.hasBound && $0.verdict == .fail })
  }

  /// What a wrong step has done is no rounding that the steps behind it may inherit.
  @Test("have no bound behind a wrong step", arguments: [false, true])
  func inherited(splits: Bool) throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try network(splits: splits)
    try network.record(path)
    let result = try network.verify(
      path, [WrongBackend(fault: .missingBiasOrOffset) { $0.input.channels == 3 }])
    #expect(result.layers.count { $0.verdict == .fail } == 2)
    #expect(result.maps.count == 5)
    #expect(result.maps.allSatisfy { !$0.hasBound && $0.verdict == $0.meaning })
    #expect(result.maps.contains { $0.verdict != .pass })
  }

  /// Another picture is no rounding, and neither are steps that nobody judges.
  @Test("have no bound on another input") func otherInput() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try GoldenNetwork.mapped(endsInSoftmax: true)
    try network.record(path)
    var input = network.input
    input.elements[40] += 200
    let result = try network.verify(
      path, options: VerificationOptions(inputs: ["one": input]))
    #expect(!result.maps.isEmpty && result.maps.allSatisfy { !$0.hasBound })
    #expect(result.maps.contains { $0.verdict != .pass })
    let same = try network.verify(
      path, options: VerificationOptions(inputs: ["one": network.input]))
    #expect(same.maps.allSatisfy { $0.hasBound && $0.verdict == .pass })
  }

  /// Bounds are held against the exact map, so nobody else would notice that the stored one is wrong.
  @Test(
    "that the golden stores wrong are refused",
    arguments: [
      ("f64", 0x1p-22, true, false), ("f64", 0, true, true), ("f32", 1e-6, true, true),
      ("f32", 1e-3, true, false), ("f32", 1e-3, false, true), ("f32", 1e-2, false, false),
    ])
  func stored(precision: String, change: Float, hasFeatures: Bool, isAccepted: Bool) throws {
    let folder = try GoldenFolder()
    let (whole, path) = (folder.path + "/a.h5", folder.path + "/b.h5")
    let network = try GoldenNetwork.mapped(endsInSoftmax: true)
    try network.record(whole) { hasFeatures || $0 != "relu1" }
    try GoldenEdit(
      dataset: { path, content in
        var content = content
        if path.contains("/cams/") { content.elements = content.elements.map { $0 * (1 + change) } }
        return content
      },
      attributes: { path, values in
        path == "/"
          ? values.merging(["reference_precision": .text(precision)]) { $1 } : values
      }
    ).copy(whole, to: path)
    if isAccepted {
      #expect(try network.verify(path).maps.allSatisfy { $0.hasBound && $0.verdict == .pass })
    } else {
      let error = #expect(throws: GoldenError.self) { try network.verify(path) }
      #expect(error?.code == .mismatch && error?.cause.contains("map of class") == true)
      // Where only some layers are judged there is no bound, and the stored map itself counts.
      let part = try network.verify(
        path, options: VerificationOptions(includes: { $0 == "conv0" }))
      let expected: Verdict =
        Double(change) > MapComparison.similarRelativeL2
        ? .fail
        : Double(change) > MapComparison.sameRelativeL2 ? .marginal : .pass
      #expect(part.maps.allSatisfy { !$0.hasBound && $0.verdict == expected })
    }
  }
}
