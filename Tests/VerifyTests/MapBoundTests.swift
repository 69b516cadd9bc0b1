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
    let maps = try verify(Backends.all).maps
    #expect(maps.count == Backends.all.count)
    for map in maps {
      let ratio = try #require(map.errorOverBound)
      // A map of 32-bit features without any error at all would mean that nothing was compared.
      #expect(ratio > 1e-4 && ratio <= 1, "\(map.backend): \(ratio)")
      #expect(try #require(map.errorOverWorst) <= ratio)
      #expect(map.verdict == .pass, "\(map)")
    }
  }

  @Test("is not there if the step that computes the features is not judged") func unjudged()
    throws
  {
    let maps = try verify([NaiveBackend()], includes: { $0 == "conv0" }).maps
    #expect(maps.count == 1 && maps[0].errorOverBound == nil && maps[0].verdict == .pass)
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

  @Test(
    "decides with the map's meaning, the worse of the two",
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
    #expect(comparison(0).verdict == expected)
    #expect(comparison(1).verdict == .fail)
  }
}
