public import Kernels

/// A graph being compiled to a plan: steps for one input size, which the passes rewrite.
///
/// A node's value is either the output of one step, or an alias of another value, or hidden inside a
/// step that has been fused.
public struct Program: Sendable {
  public let graph: Graph

  /// The shape of each node's output.
  public let shapes: [TensorShape]

  /// The values that must exist after the run: the result and the taps.
  public let kept: Set<Int>

  public var steps: [Step]

  /// Nodes whose value is that of another node, element for element.
  package var aliases: [Int: Int] = [:]

  /// Who computes each convolution, by its node.
  private(set) var assignments: [Int: Assignment] = [:]

  /// Makes the assignments.
  private let backends: BackendChoice
  private let target: ExecutionTarget

  /// Values that lie inside the buffer of a concatenation.
  package var placements: [Int: Placement] = [:]

  /// Where a value lies inside another one's buffer.
  package struct Placement: Hashable, Sendable {
    /// The concatenation.
    public var parent: Int

    /// The first channel of the value there.
    public var channel: Int
  }

  /// Makes each node a step, fusing nothing.
  ///
  /// - Throws: ``GraphError`` if a convolution has no result, or if backends were chosen for another one.
  init(
    graph: Graph, shapes: [TensorShape], kept: Set<Int>, backends: BackendChoice,
    target: ExecutionTarget
  ) throws(GraphError) {
    self.graph = graph
    self.shapes = shapes
    self.backends = backends
    self.target = target
    self.kept = kept.union([graph.output])
    steps = graph.nodes.indices.compactMap { index in
      let node = graph.nodes[index]
      return node.operation.definition.step(at: index).map {
        Step(kind: $0, nodes: [index], inputs: node.inputs)
      }
    }
    for step in steps {
      guard case .convolution(let roles) = step.kind else { continue }
      assignments[roles.node] = try assignment(roles)
    }
  }

  /// Decides who computes a convolution with what is fused to it.
  private func assignment(_ roles: ConvolutionRoles) throws(GraphError) -> Assignment? {
    let node = graph.nodes[roles.node]
    let input = shapes[node.inputs[0]]
    var executed = input
    if let pool = roles.averagePool {
      executed.height = shapes[pool].height
      executed.width = shapes[pool].width
    }
    guard let problem = try node.convolutionProblem(input: input),
      let executedProblem = try node.convolutionProblem(input: executed)
    else { return nil }
    return try backends.assignment(
      of: node.name, problem: problem, executing: executedProblem, on: target)
  }

  /// Decides again who computes convolutions whose problem a pass has changed.
  mutating func reassign(_ changed: [ConvolutionRoles]) throws(GraphError) {
    for roles in changed { assignments[roles.node] = try assignment(roles) }
  }

  /// Gives each convolution that can read its input with the spare lanes between the channels a problem
  /// with that many more channels, whose weights are zeros.
  ///
  /// The others read a copy. The assignments stay as they were decided.
  mutating func widenProblems(_ layouts: LayoutPlan) {
    for step in steps {
      guard case .convolution(let roles) = step.kind, let assignment = assignments[roles.node]
      else { continue }
      let value = resolved(step.inputs[0])
      let map = layouts.channelMap(of: value, in: self)
      guard !map.isCompact,
        layouts.layout(ofRoot: root(of: value)) == assignment.description.layouts.input,
        let problem = assignment.executedProblem.widened(toInputChannels: map.placeCount),
        assignment.backend.refusal(of: problem) == nil,
        assignment.backend.description(of: problem, on: target) == assignment.description
      else { continue }
      assignments[roles.node]?.executedProblem = problem
    }
  }

  /// Who computes a step's convolution; nil for other steps.
  func assignment(of step: Step) -> Assignment? {
    guard case .convolution(let roles) = step.kind else { return nil }
    return assignments[roles.node]
  }

  /// What the backend of a convolution can fuse.
  func fusions(_ node: Int) -> Fusions { assignments[node]?.description.fusions ?? [] }

  /// What the backend of a convolution could fuse for another problem.
  func fusions(_ roles: ConvolutionRoles) throws(GraphError) -> Fusions {
    try assignment(roles)?.description.fusions ?? []
  }

  /// The value that holds a node's elements, following aliases.
  public func resolved(_ node: Int) -> Int {
    var node = node
    while let target = aliases[node] { node = target }
    return node
  }

  /// How often each value is read, by steps or by the caller if it is kept.
  func readerCounts() -> [Int: Int] {
    var counts: [Int: Int] = [:]
    for step in steps {
      for input in step.inputs { counts[resolved(input), default: 0] += 1 }
    }
    for node in kept { counts[resolved(node), default: 0] += 1 }
    return counts
  }

  /// Whether a step's only input is computed by another step for it alone, in the shape in which it is
  /// read, so that the two may be fused; returns the place of that other step.
  func soleProducer(of step: Step, _ counts: [Int: Int], _ producers: [Int: Int]) -> Int? {
    guard step.inputs.count == 1 else { return nil }
    let value = resolved(step.inputs[0])
    // A flatten between the two keeps the elements, but changes what a channel is.
    guard counts[value] == 1, shapes[step.inputs[0]] == shapes[value] else { return nil }
    return producers[value]
  }

  /// The place of the step that computes each value.
  func producers() -> [Int: Int] {
    Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1.output, $0) })
  }

  /// Fuses steps with the step that computes their only input, where `merge` says so, until nothing
  /// changes.
  ///
  /// - Parameter merge: Receives the producer and the step that reads it; returns the fused step, or
  ///   nil to leave both.
  mutating func fuse(_ merge: (_ producer: Step, _ consumer: Step) -> Step?) {
    let counts = readerCounts()
    let places = producers()
    var merged = steps
    var absorbed: Set<Int> = []
    for index in steps.indices {
      guard let producer = soleProducer(of: merged[index], counts, places),
        !absorbed.contains(producer),
        let step = merge(merged[producer], merged[index])
      else { continue }
      absorbed.insert(producer)
      merged[index] = step
    }
    steps = merged.indices.filter { !absorbed.contains($0) }.map { merged[$0] }
  }
}
