import Kernels
import Net

/// Called after each batch with the number of pictures that have gone through the network, and their
/// total; returns whether to continue.
package typealias ExplainProgress = (_ done: Int, _ total: Int) -> Bool

/// Runs many changed pictures through one executor, a batch at a time.
///
/// A picture's result does not depend on what else is in its batch, so the batch affects only the time.
struct ForwardPasses {
  let executor: Executor
  let head: ClassifierHead
  let progress: ExplainProgress?

  /// The shape of one picture's features.
  let featureShape: TensorShape

  /// - Parameters:
  ///   - executor: The executor that runs the pictures.
  ///   - head: The network's head.
  ///   - picture: The shape of the pictures; its batch is 1.
  ///   - progress: See ``ExplainProgress``.
  /// - Throws: ``ExplainError`` unless the plan takes such pictures and keeps features and logits.
  init(
    executor: Executor, head: ClassifierHead, picture: TensorShape, progress: ExplainProgress?
  ) throws(ExplainError) {
    let plan = executor.plan
    var shape = plan.inputShape
    shape.batch = 1
    guard shape == picture else {
      throw ExplainError(.wrongPlan, "the plan takes pictures of \(shape), not of \(picture)")
    }
    // Values that are not tapped may exist, but their memory may have been reused.
    for node in [head.features, head.logits] where !plan.program.kept.contains(node) {
      throw ExplainError(.wrongPlan, "the plan does not keep \(plan.graph.nodes[node].name)")
    }
    featureShape = {
      var shape = plan.program.shapes[head.features]
      shape.batch = 1
      return shape
    }()
    self.executor = executor
    self.head = head
    self.progress = progress
  }

  /// Runs one picture.
  ///
  /// - Returns: Its features.
  /// - Throws: ``ExplainError`` if one of them is not finite.
  func features(of picture: [Float]) throws(ExplainError) -> LayerFeatures {
    let batch = executor.plan.inputShape.batch
    let rest = [Float](repeating: 0, count: picture.count * (batch - 1))
    executor.run((picture + rest).span)
    try checkKernels()
    let values = executor.value(of: head.features)[..<featureShape.imageCount]
    guard values.allSatisfy(\.isFinite) else { throw Self.notFinite }
    return LayerFeatures(values, shape: featureShape)
  }

  /// Runs pictures.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - write: Writes one picture from an offset of the batch on; all of its elements.
  ///   - read: Takes one picture's logits, one value per class.
  /// - Throws: ``ExplainError`` if a logit is not finite, or if the caller cancels.
  func run(
    count: Int, write: (_ index: Int, _ batch: inout [Float], _ offset: Int) -> Void,
    read: (_ index: Int, _ logits: ArraySlice<Float>) -> Void
  ) throws(ExplainError) {
    let shape = executor.plan.inputShape
    var input = [Float](repeating: 0, count: shape.count)
    for first in stride(from: 0, to: count, by: shape.batch) {
      // The last batch may end in pictures of the one before, whose results are not read.
      let indices = first..<min(first + shape.batch, count)
      for (slot, index) in indices.enumerated() { write(index, &input, slot * shape.imageCount) }
      executor.run(input.span)
      try checkKernels()
      let logits = executor.value(of: head.logits)
      for (slot, index) in indices.enumerated() {
        let row = logits[(slot * head.classCount)..<((slot + 1) * head.classCount)]
        guard row.allSatisfy(\.isFinite) else { throw Self.notFinite }
        read(index, row)
      }
      guard progress?(indices.upperBound, count) ?? true else {
        throw ExplainError(.cancelled, "cancelled after \(indices.upperBound) of \(count) pictures")
      }
    }
  }

  /// - Throws: ``ExplainError`` if a kernel did not finish.
  private func checkKernels() throws(ExplainError) {
    do {
      try executor.checkKernels()
    } catch {
      throw ExplainError(.kernelFailed, error.description)
    }
  }

  private static let notFinite = ExplainError(
    .notFinite, "the network's result is not finite; are these its weights?")
}
