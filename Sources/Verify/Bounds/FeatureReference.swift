import Kernels
import Net

/// The exact value of the node that maps are summed from, and what rounding and inherited errors may
/// do to it.
struct FeatureReference {
  var exact: Tensor<Double>
  var allowed: Allowance
}

/// Gathers the ``FeatureReference`` of a run while its steps are judged.
///
/// A concatenation whose parts are in its buffer, as at the end of an Inception, is not a separate step;
/// its reference is put together from those of its parts.
struct FeatureGathering {
  /// The values that the features are made of, in the order of their channels.
  private let parts: [Int]
  private var found: [Int: FeatureReference] = [:]
  private var isComplete = true

  /// Begins before the first step is judged; nil if no steps compute the features.
  ///
  /// - Parameters:
  ///   - node: The features, a node of the graph.
  ///   - program: The steps of the run.
  init?(of node: Int, in program: Program) {
    let outputs = Set(program.steps.map(\.output))
    func parts(of node: Int) -> [Int]? {
      let value = program.resolved(node)
      if outputs.contains(value) { return [value] }
      guard program.graph.nodes[value].operation == .concatenation else { return nil }
      var result: [Int] = []
      for input in program.graph.nodes[value].inputs {
        guard let more = parts(of: input) else { return nil }
        result += more
      }
      return result
    }
    guard let parts = parts(of: node) else { return nil }
    self.parts = parts
  }

  /// Records a judged step.
  mutating func add(_ output: Int, exact: Tensor<Double>, allowed: Allowance) {
    if parts.contains(output) { found[output] = FeatureReference(exact: exact, allowed: allowed) }
  }

  /// Records a step that was not judged, or is wrong: its error is then not known to be rounding, and the
  /// features have no bound.
  ///
  /// A part of the features that is wrong itself is found by its bound, and what comes after the
  /// features does not matter.
  mutating func distrust(_ output: Int) {
    if found[output] == nil, found.count < Set(parts).count { isComplete = false }
  }

  /// The reference for the first image; nil if a step before it was not judged, or is wrong.
  var reference: FeatureReference? {
    let references = parts.compactMap { found[$0] }
    guard isComplete, references.count == parts.count, var shape = references.first?.exact.shape
    else { return nil }
    shape.batch = 1
    shape.channels = references.reduce(0) { $0 + $1.exact.shape.channels }
    func joined(_ tensor: (FeatureReference) -> Tensor<Double>) -> Tensor<Double> {
      Tensor(
        shape: shape,
        elements: references.flatMap { part in
          let tensor = tensor(part)
          return tensor.elements[..<tensor.shape.imageCount]
        })
    }
    return FeatureReference(
      exact: joined(\.exact),
      allowed: Allowance(
        likely: joined(\.allowed.likely), worst: joined { $0.allowed.worst ?? $0.allowed.likely }))
  }
}
