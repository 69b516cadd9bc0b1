public import Kernels
public import Net

/// The outcome of computing a golden again.
public struct GoldenCheck: Sendable {
  /// The result for one stored array.
  public struct Item: Sendable {
    public var caseName: String

    /// The node's name, or `logits`, `probabilities`, `cams/CLASS`.
    public var name: String
    public var count: Int

    /// The elements whose bits differ.
    public var differing: Int

    /// `‖stored − computed‖₂ / ‖computed‖₂`.
    public var relativeL2: Double
  }

  public var items: [Item] = []

  /// The values of a golden in single precision that do not follow from those stored before them.
  ///
  /// One error a case: the one with which `verify` refuses the golden.
  public var contradictions: [GoldenError] = []

  /// Whether every bit is the same.
  public var isIdentical: Bool { items.allSatisfy { $0.differing == 0 } }

  /// Whether something was compared at all.
  public var isEmpty: Bool { items.isEmpty }

  /// Computes everything that a golden file stores again, in double precision, from its inputs; what is
  /// stored in single precision also from the values stored before it.
  ///
  /// - Throws: ``GoldenError``, or errors from the run.
  public init(
    _ golden: GoldenFile, graph: Graph, parameters: Parameters, team: WorkerTeam,
    progress: ((Double) -> Void)? = nil
  ) throws {
    for (position, goldenCase) in golden.cases.enumerated() {
      let shapes = try golden.shapes(of: goldenCase, in: graph, parameters: parameters)
      let classifier = Classifier(of: graph, shapes: shapes)
      let head = try? ClassifierHead(of: graph, shapes: shapes)
      let evaluator = ReferenceEvaluator(graph: graph, parameters: parameters, team: team)
      let input = Tensor(
        shape: goldenCase.input.shape, elements: goldenCase.input.elements.map(Double.init))
      try evaluator.run(input) { index, value in
        let node = graph.nodes[index].name
        if index != graph.input, let stored = try goldenCase.activation(node) {
          compare(stored.elements, value.elements, node, goldenCase)
        }
        if index == classifier?.logits, !goldenCase.logits.isEmpty {
          compare(goldenCase.logits, value.elements, "logits", goldenCase)
        }
        if let classifier, index == graph.output, !goldenCase.probabilities.isEmpty {
          compare(
            goldenCase.probabilities, classifier.probabilities(value.elements), "probabilities",
            goldenCase)
        }
        if let head, index == head.features {
          for map in goldenCase.maps {
            let computed = try head.map(
              ofClass: map.classIndex, features: value.elements[..<value.shape.imageCount],
              shape: value.shape, parameters: parameters)
            compare(map.values, computed.values, "cams/\(map.classIndex)", goldenCase)
          }
        }
        let done = Double(index + 1) / Double(graph.nodes.count)
        progress?((Double(position) + done) / Double(golden.cases.count))
      }
      if golden.header.precision == .f32 { try follow(goldenCase, of: golden, evaluator) }
    }
  }

  /// Computes each node from the stored values before it.
  private mutating func follow(
    _ goldenCase: GoldenCase, of golden: GoldenFile, _ evaluator: ReferenceEvaluator
  ) throws {
    var trace = ReferenceTrace(
      evaluator: evaluator, golden: golden, goldenCase: goldenCase, programs: [], wanted: nil)
    do {
      for index in evaluator.graph.nodes.indices {
        try trace.advance(to: index)
        trace.forget(after: index)
      }
    } catch let error as GoldenError where error.code == .mismatch {
      contradictions.append(error)
    }
  }

  private mutating func compare(
    _ stored: [Float], _ computed: [Double], _ name: String, _ goldenCase: GoldenCase
  ) {
    var item = Item(
      caseName: goldenCase.name, name: name, count: stored.count, differing: 0, relativeL2: 0)
    guard stored.count == computed.count else {
      item.differing = max(stored.count, computed.count)
      item.relativeL2 = .infinity
      items.append(item)
      return
    }
    for (a, b) in zip(stored, computed) where a.bitPattern != Float(b).bitPattern {
      item.differing += 1
    }
    item.relativeL2 = RelativeL2.distance(stored, from: computed)
    items.append(item)
  }
}
