package import Kernels
package import Net

/// Runs pictures through a network, several at a time, and keeps the values that maps are made from.
///
/// Pictures of one size share one plan; plans for a few sizes are kept. A picture's result has the same
/// bits whatever else is in its batch.
package final class Explainer {
  package let model: Model
  package let backends: BackendChoice
  package let team: WorkerTeam

  /// The number of pictures per pass.
  package let batch: Int

  private let options: PlanOptions
  private var prepared: [Prepared] = []

  /// Plans that are kept: each holds packed weights and the memory of a pass.
  private static let planLimit = 4

  /// A plan for pictures of one shape.
  private struct Prepared {
    let shape: TensorShape
    let executor: Executor
    let head: ClassifierHead
  }

  /// - Parameters:
  ///   - model: The network.
  ///   - backends: The backends of its convolutions.
  ///   - options: How its graph is planned; taps for the head are added.
  ///   - team: The threads.
  ///   - batch: The number of pictures per pass, 1 or more.
  package init(
    model: Model, backends: BackendChoice, options: PlanOptions, team: WorkerTeam,
    batch: Int = 1
  ) {
    self.model = model
    self.backends = backends
    self.options = options
    self.team = team
    self.batch = max(1, batch)
  }

  /// The end of the network for pictures of one shape.
  ///
  /// - Parameter shape: `[1, C, H, W]`.
  /// - Returns: Where its maps come from.
  /// - Throws: ``GraphError`` if the network has no Class Activation Maps or does not accept such
  ///   pictures, ``KernelError`` if a plan cannot be made.
  package func head(for shape: TensorShape) throws -> ClassifierHead { try prepare(shape).head }

  /// The executor for pictures of one shape, ``batch`` at a time.
  ///
  /// - Parameter shape: `[1, C, H, W]`.
  /// - Returns: The executor, which keeps features and logits.
  /// - Throws: ``GraphError`` or ``KernelError``, as ``head(for:)`` does.
  package func executor(for shape: TensorShape) throws -> Executor { try prepare(shape).executor }

  private func prepare(_ shape: TensorShape) throws -> Prepared {
    if let place = prepared.firstIndex(where: { $0.shape == shape }) {
      // The least recently used one is first and is dropped first.
      if place < prepared.count - 1 { prepared.append(prepared.remove(at: place)) }
      return prepared[prepared.count - 1]
    }
    var batched = shape
    batched.batch = batch
    let shapes = try model.graph.shapes(input: batched, parameters: model.parameters)
    let head = try ClassifierHead(of: model.graph, shapes: shapes)
    var options = options
    options.taps.formUnion([
      model.graph.nodes[head.features].name, model.graph.nodes[head.logits].name,
    ])
    options.threads = team.count
    if prepared.count == Self.planLimit { prepared.removeFirst() }
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: batched,
      backends: backends, options: options)
    prepared.append(
      Prepared(shape: shape, executor: try Executor(plan: plan, team: team), head: head))
    return prepared[prepared.count - 1]
  }

  /// Runs pictures of one shape.
  ///
  /// - Parameter inputs: At most ``batch`` pictures of `[1, C, H, W]`; fewer cost as much.
  /// - Returns: One result per picture, in order.
  /// - Throws: ``GraphError`` or ``KernelError``, as ``head(for:)`` does.
  /// - Precondition: There are no more pictures than ``batch``, and all have one shape.
  package func run(_ inputs: [Tensor<Float>]) throws -> [Inference] {
    guard let shape = inputs.first?.shape else { return [] }
    precondition(
      inputs.count <= batch && inputs.allSatisfy { $0.shape == shape }, "these are not one batch")
    let (executor, head) = try { ($0.executor, $0.head) }(prepare(shape))
    var elements: [Float] = []
    elements.reserveCapacity(batch * shape.imageCount)
    for input in inputs { elements += input.elements }
    elements += repeatElement(0, count: (batch - inputs.count) * shape.imageCount)
    executor.run(elements.span)
    try executor.checkKernels()
    let probabilities = head.classifier.probabilities(executor.value(of: model.graph.output))
    let logits = executor.value(of: head.logits)
    let features = executor.value(of: head.features)
    var featureShape = executor.plan.program.shapes[head.features]
    featureShape.batch = 1
    return inputs.indices.map { index in
      func part(_ values: [Float], _ count: Int) -> [Float] {
        Array(values[(index * count)..<((index + 1) * count)])
      }
      return Inference(
        input: shape, logits: part(logits, head.classCount),
        probabilities: part(probabilities, head.classCount),
        features: part(features, featureShape.imageCount), featureShape: featureShape)
    }
  }
}
