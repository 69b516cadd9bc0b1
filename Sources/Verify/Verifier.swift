public import Kernels
public import Net

/// Compares runs of a network with a golden, step by step.
///
/// All runs advance together, in the order of the graph, so that the exact values by which they are
/// judged are computed once and released when the last run has passed them.
public struct Verifier {
  let graph: Graph
  let parameters: Parameters
  let golden: GoldenFile
  let team: WorkerTeam

  public init(graph: Graph, parameters: Parameters, golden: GoldenFile, team: WorkerTeam) {
    self.graph = graph
    self.parameters = parameters
    self.golden = golden
    self.team = team
  }

  /// Verifies one case.
  ///
  /// - Parameters:
  ///   - goldenCase: The case, which must be one of the golden's.
  ///   - runs: The ways of running the network that are to be judged.
  ///   - options: Which layers to judge and with which feeds, and inputs in place of the golden's.
  ///   - progress: Called after each node with the share of the graph that is done, from 0 to 1.
  ///   - found: Called with each result on a layer as it comes; what it throws ends the verification.
  /// - Returns: The verdicts on the layers of every run and, if the network feed is among the feeds
  ///   and the network is a classifier, on its maps and classes.
  /// - Throws: ``GoldenError`` if the golden contradicts the network, ``GraphError`` or
  ///   ``KernelError`` if the network cannot run.
  public func verify(
    _ goldenCase: GoldenCase, runs: [VerificationRun], options: VerificationOptions,
    progress: ((Double) -> Void)? = nil, found: (LayerResult) throws -> Void = { _ in }
  ) throws -> CaseResult {
    let shape = goldenCase.input.shape
    let shapes = try golden.shapes(of: goldenCase, in: graph, parameters: parameters)
    let classifier = Classifier(of: graph, shapes: shapes)
    let head = Result { () throws(GraphError) in try ClassifierHead(of: graph, shapes: shapes) }
    let featureNode = try? head.get().features
    let taps = [featureNode, classifier?.logits].compactMap { $0 }.map { graph.nodes[$0].name }
    let evaluator = ReferenceEvaluator(graph: graph, parameters: parameters, team: team)
    var walks = try runs.map { run in
      var plan = run.options
      plan.taps.formUnion(taps)
      plan.threads = team.count
      if !options.feeds.contains(.network) {
        // Only the judged steps are run.
        plan.preparedNodes = Set(graph.nodes.map(\.name).filter(options.includes))
      }
      return try RunWalk(
        run: run,
        plan: run.plan
          ?? Plan(
            graph: graph, parameters: parameters, input: shape, backends: run.backends,
            options: plan),
        team: team, options: options)
    }
    let input = options.inputs[goldenCase.name] ?? goldenCase.input
    guard input.shape == shape else {
      throw GoldenError(
        .mismatch, path: golden.path,
        "case \(goldenCase.name): the picture became \(input.shape), the golden's is \(shape)")
    }
    for w in walks.indices {
      walks[w].network?.write(input.elements.span, to: graph.input)
      // Errors due to another input are not rounding.
      if let featureNode, input.elements == goldenCase.input.elements {
        walks[w].features = FeatureGathering(of: featureNode, in: walks[w].plan.program)
      }
    }

    var result = CaseResult(name: goldenCase.name)
    let wanted = wantedValues(of: walks, options: options)
    var trace = ReferenceTrace(
      evaluator: evaluator, golden: golden, goldenCase: goldenCase,
      programs: walks.map(\.plan.program), wanted: wanted)
    precondition(!options.isInputSparse || options.feeds == [.isolated], "its zeros are not exact")
    let bounds = NodeBounds(
      evaluator: evaluator, team: team, areInputsSparse: options.isInputSparse)
    for index in graph.nodes.indices {
      try trace.advance(to: index)
      if index == featureNode, walks.contains(where: { $0.network != nil && $0.features != nil }) {
        if let value = trace.value(index) {
          try golden.checkMaps(
            of: goldenCase, head: head.get(), features: value,
            isExact: golden.header.precision == .f64 && wanted == nil,
            isStored: trace.isStored(index), parameters: parameters)
        } else {
          // The stored maps may be wrong, so they have to be compared themselves.
          for w in walks.indices { walks[w].features = nil }
        }
      }
      var references: [ReferenceKey: StepReference] = [:]
      for w in walks.indices where walks[w].nextOutput == index {
        let judged = options.includes(walks[w].nextName)
        let layers = try walks[w].advance(
          trace: trace, bounds: bounds, references: &references, judged: judged,
          caseName: goldenCase.name)
        for layer in layers { try found(layer) }
        result.layers += layers
      }
      trace.forget(after: index)
      progress?(Double(index + 1) / Double(graph.nodes.count))
    }
    for walk in walks {
      if let network = walk.network {
        result.outputs[walk.run.name] = NetworkOutput(
          elements: network.value(of: graph.output), allowed: walk.allowedOfOutput)
      }
      // A plan from elsewhere may have used the memory of these values again.
      guard let network = walk.network, walk.run.plan == nil else { continue }
      if let head = try? head.get() {
        try compareMaps(
          network, head, goldenCase, walk.run.name, shapes, walk.features?.reference, into: &result)
      }
      if let classifier {
        try compareClasses(network, classifier, goldenCase, walk.run.name, into: &result)
      }
    }
    if golden.isRecorded, options.feeds.contains(.network), goldenCase.maps.isEmpty {
      switch head {
      case .success: result.noMaps = "the golden stores none"
      case .failure(let error): result.noMaps = error.cause
      }
    }
    return result
  }

  /// The values that the judged steps are given and compared with; nil if every step is judged.
  private func wantedValues(of walks: [RunWalk], options: VerificationOptions) -> Set<Int>? {
    var wanted: Set<Int> = []
    var isComplete = true
    for plan in walks.map(\.plan) {
      for index in 0..<plan.stepCount {
        if options.includes(plan.name(ofStep: index)) {
          wanted.formUnion(plan.step(index).inputs + [plan.step(index).output])
        } else {
          isComplete = false
        }
      }
    }
    return isComplete ? nil : wanted
  }

  /// Compares the maps of the first image.
  private func compareMaps(
    _ network: Executor, _ head: ClassifierHead, _ goldenCase: GoldenCase, _ backend: String,
    _ shapes: [TensorShape], _ reference: FeatureReference?, into result: inout CaseResult
  ) throws {
    let shape = shapes[head.features]
    let features = network.value(of: head.features)[..<shape.imageCount]
    let logits = Array(network.value(of: head.logits)[..<head.classCount])
    let largest = logits.reduce(0) { max($0, Double($1.magnitude)) }
    for map in goldenCase.maps {
      guard map.classIndex < head.classCount, map.height == shape.height,
        map.width == shape.width
      else {
        throw GoldenError(
          .mismatch, path: golden.path,
          "case \(goldenCase.name): map \(map.classIndex) of \(map.height)×\(map.width) is none "
            + "of this network's")
      }
      let computed = try head.map(
        ofClass: map.classIndex, features: features, shape: shape, parameters: parameters)
      let logit = Double(logits[map.classIndex])
      let ratios = try reference.map { reference in
        try MapBound(
          ofClass: map.classIndex, head: head, features: reference, parameters: parameters
        ).ratios(
          of: computed,
          identity: IdentityError(
            of: computed, head: head, features: features, shape: shape, logit: logit,
            parameters: parameters))
      }
      result.maps.append(
        MapComparison(
          caseName: goldenCase.name, backend: backend, map: computed, golden: map,
          bias: head.biasValue(ofClass: map.classIndex, parameters: parameters), logit: logit,
          largestLogit: largest, ratios: ratios))
    }
  }

  /// Compares the classes of the first image: by the logits if the golden stores them, and else by the
  /// probabilities.
  private func compareClasses(
    _ network: Executor, _ classifier: Classifier, _ goldenCase: GoldenCase, _ backend: String,
    into result: inout CaseResult
  ) throws {
    let storesLogits = !goldenCase.logits.isEmpty
    let stored = storesLogits ? goldenCase.logits : goldenCase.probabilities
    guard !stored.isEmpty else { return }
    let computed =
      storesLogits
      ? network.value(of: classifier.logits)
      : classifier.probabilities(network.value(of: graph.output))
    guard stored.count == computed.count else {
      throw GoldenError(
        .mismatch, path: golden.path,
        "case \(goldenCase.name): it has \(stored.count) logits, the network \(computed.count)")
    }
    result.classes.append(
      ClassComparison(
        caseName: goldenCase.name, backend: backend,
        logits: Array(computed[..<classifier.classCount]),
        goldenLogits: Array(stored[..<classifier.classCount])))
  }
}

/// Steps whose exact values and bounds are the same.
struct ReferenceKey: Hashable {
  var step: Step
  var algorithm: Algorithm?
}
