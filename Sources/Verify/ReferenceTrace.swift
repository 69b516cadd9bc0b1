import Kernels
import Net

/// The values that a golden case has for a network's nodes, one after the other.
///
/// A golden that was computed in double precision stores rounded values, so the run is repeated in
/// double precision and the stored values are compared with it: they must be the same to the bit. A
/// golden of another framework, in single precision, is trusted wherever it stores a value,
/// and continued in double precision where it does not.
struct ReferenceTrace {
  let evaluator: ReferenceEvaluator
  let golden: GoldenFile
  let goldenCase: GoldenCase

  /// The values that are still needed.
  private var values: [Int: Tensor<Double>] = [:]

  /// The stored values that are still needed.
  private var stored: [Int: Tensor<Float>] = [:]

  /// The node after which each value can be forgotten.
  private let lastUse: [Int]

  /// The nodes whose values are needed; nil for all, which are then checked too.
  private let needed: Set<Int>?

  /// Prepares the walk through the graph.
  ///
  /// - Parameters:
  ///   - evaluator: The graph and its weights.
  ///   - golden: The file.
  ///   - goldenCase: The case of the file.
  ///   - programs: The programs that will ask for values.
  ///   - wanted: The nodes whose values will be needed; nil for all. Stored values of them, or of the
  ///     nodes they are computed from, are then used and not computed again.
  init(
    evaluator: ReferenceEvaluator, golden: GoldenFile, goldenCase: GoldenCase,
    programs: [Program], wanted: Set<Int>?
  ) {
    self.evaluator = evaluator
    self.golden = golden
    self.goldenCase = goldenCase
    var lastUse = Array(evaluator.graph.nodes.indices)
    for (index, readers) in evaluator.graph.consumers.enumerated() {
      lastUse[index] = readers.max() ?? index
    }
    for program in programs {
      for step in program.steps {
        for node in step.inputs + step.nodes { lastUse[node] = max(lastUse[node], step.output) }
      }
    }
    self.lastUse = lastUse
    needed = wanted.map { wanted in
      var needed = wanted
      for index in evaluator.graph.nodes.indices.reversed() where needed.contains(index) {
        let node = evaluator.graph.nodes[index]
        if goldenCase.activationShapes[node.name] == nil { needed.formUnion(node.inputs) }
      }
      return needed
    }
  }

  /// Computes or reads the next node's value.
  ///
  /// Nodes must be visited in order.
  ///
  /// - Throws: ``GoldenError`` if the golden contradicts the network.
  mutating func advance(to index: Int) throws {
    let graph = evaluator.graph
    let node = graph.nodes[index]
    if let needed {
      guard needed.contains(index) else { return }
      if index != graph.input, let saved = try goldenCase.activation(node.name) {
        stored[index] = saved
        values[index] = Tensor(shape: saved.shape, elements: saved.elements.map(Double.init))
        return
      }
    }
    let saved = try goldenCase.activation(node.name)
    if index == graph.input {
      values[index] = Tensor(
        shape: goldenCase.input.shape, elements: goldenCase.input.elements.map(Double.init))
    } else {
      let inputs = node.inputs.compactMap { values[$0] }
      // A foreign golden's own value replaces the computed one, which then only serves to check that the
      // two belong together.
      let value = try evaluator.evaluate(index, inputs: inputs)
      if let saved {
        try check(saved, against: value, node: node.name)
        stored[index] = saved
      }
      values[index] =
        switch (saved, golden.header.precision) {
        case (let saved?, .f32):
          Tensor(shape: value.shape, elements: saved.elements.map(Double.init))
        default: value
        }
    }
  }

  /// Releases what no step or node after `index` needs.
  mutating func forget(after index: Int) {
    for node in values.keys where lastUse[node] <= index {
      values[node] = nil
      stored[node] = nil
    }
  }

  /// The node's value as the input of a step.
  func given(_ node: Int) -> [Float] {
    stored[node]?.elements ?? values[node]?.elements.map { Float($0) } ?? []
  }

  /// The node's value as the expected output of a step.
  func expected(_ node: Int) -> Tensor<Double>? {
    guard let value = values[node] else { return nil }
    return stored[node].map { saved in
      Tensor(shape: value.shape, elements: saved.elements.map(Double.init))
    } ?? value
  }

  /// The node's value in double precision: exact for a golden in double precision, unless only some
  /// nodes are needed.
  func value(_ node: Int) -> Tensor<Double>? { values[node] }

  func isStored(_ node: Int) -> Bool { stored[node] != nil }

  /// Checks that a stored value can be the value that the network computes.
  ///
  /// A golden in double precision must be the same to the bit; one in single precision must be as near as
  /// single precision gets. The limits only distinguish right files from wrong ones; no backend is judged
  /// by them.
  private func check(_ saved: Tensor<Float>, against value: Tensor<Double>, node: String) throws {
    func mismatch(_ cause: String, _ advice: String = "is it the golden of this model?")
      -> GoldenError
    {
      GoldenError(
        .mismatch, path: golden.path,
        "case \(goldenCase.name), node \(node): \(cause); \(advice)")
    }
    guard saved.shape.count == value.shape.count, saved.shape.batch == value.shape.batch,
      saved.shape.channels == value.shape.channels
        || saved.shape.imageCount == value.shape.channels
    else {
      throw mismatch("it stores \(saved.shape) where the network has \(value.shape)")
    }
    switch golden.header.precision {
    case .f64:
      for i in saved.elements.indices where saved.elements[i] != Float(value.elements[i]) {
        throw mismatch(
          "element \(i) is \(saved.elements[i]) where the network gives \(Float(value.elements[i]))"
        )
      }
    case .f32:
      var error = 0.0
      var norm = 0.0
      for i in saved.elements.indices {
        let difference = Double(saved.elements[i]) - value.elements[i]
        error += difference * difference
        norm += value.elements[i] * value.elements[i]
      }
      let relative = (error / max(norm, .leastNormalMagnitude)).squareRoot()
      guard relative <= golden.precision.nodeLimit else {
        throw mismatch(
          "it is off by \(relative) (relative L2), more than \(golden.precision.rawValue) explains",
          GoldenPrecision.explaining(relative).map {
            "by its hashes and shapes it is this model's golden, so it was computed in a lower "
              + "precision: record it in single precision (for PyTorch, "
              + "torch.backends.cudnn.allow_tf32 = False), or take it as it is with "
              + "--golden-precision \($0.rawValue)"
          } ?? "no precision does: by its hashes it is this model's golden, but its values are not")
      }
    }
  }
}
