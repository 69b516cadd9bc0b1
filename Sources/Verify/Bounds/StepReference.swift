import Kernels
import Net

/// What one step should compute from the values that the golden has for its inputs.
struct StepReference: Sendable {
  /// The values that the step is given, by input, in `[N, C, H, W]` order.
  let given: [[Float]]

  /// The exact value of each node of the step at the given inputs, the last being the output.
  let exact: [Int: Tensor<Double>]

  /// The exact output at the given inputs.
  ///
  /// Verdicts rest on the distance from this: the golden's own value was rounded too, and its error
  /// is not a backend's.
  let output: Tensor<Double>

  /// What the step's own rounding may add.
  let own: Allowance

  /// Whether each input has one value in all of its elements.
  let inputIsConstant: Bool
}

extension NodeBounds {
  /// Evaluates a step exactly and derives what rounding may do to it.
  ///
  /// - Parameters:
  ///   - step: One node, or several that are computed together.
  ///   - program: The program that the step belongs to, which has the shapes and the aliases.
  ///   - given: The elements of each of the step's inputs, in order, as 32-bit floats.
  ///   - algorithm: How the step's convolution is summed, if it has one.
  /// - Returns: The exact value of each of the step's nodes, and what rounding inside the step may
  ///   add to the last.
  /// - Throws: ``GraphError`` if the shapes or parameters do not fit, or if a node reads a value that is
  ///   not part of the step.
  func reference(
    for step: Step, program: Program, given: [[Float]], algorithm: Algorithm?
  ) throws -> StepReference {
    var exact: [Int: Tensor<Double>] = [:]
    var allowances: [Int: Allowance] = [:]
    for (input, values) in zip(step.inputs, given) {
      let shape = program.shapes[input]
      exact[input] = Tensor(shape: shape, elements: values.map(Double.init))
      allowances[input] = .zero(shape)
    }
    for index in step.nodes {
      let sources = graph.nodes[index].inputs.map { source(of: $0, in: exact, program) }
      let inputs = try sources.map { try value($0, exact, of: index) }
      let output = try evaluator.evaluate(index, inputs: inputs)
      exact[index] = output
      var allowance =
        step.isAveragedBefore(index)
        ? Allowance.zero(output.shape)
        : try own(
          index, inputs: inputs, output: output, algorithm: algorithm,
          extraRoundings: step.extraRoundings(index, in: graph),
          around: try pass(around: index, in: step))
      if let folded = try foldedErrors(at: index, in: step, exact, program, algorithm) {
        allowance.add(folded)
      }
      let inherited = sources.compactMap { allowances[$0] }
      let overflow = inheritedOverflow(of: index, from: inherited, shape: output.shape)
      if !inherited.allSatisfy(\.isZero) {
        allowance.add(
          Allowance(
            likely: try propagate(index, deltas: inherited.map(\.likely), output: output),
            worst: inherited.allSatisfy { $0.worst == nil }
              ? nil
              : try propagate(
                index, deltas: inherited.map { $0.worst ?? $0.likely }, output: output),
            likelyRMS: inherited.map(\.likelyRMS).max() ?? 1, overflow: overflow))
      }
      allowances[index] = allowance
    }
    guard let output = exact[step.output], var own = allowances[step.output] else {
      throw GraphError(.notAGraph, node: nil, "a step computes nothing")
    }
    own.unboundWhereAnything()
    return StepReference(
      given: given, exact: exact, output: output, own: own,
      inputIsConstant: given.allSatisfy(Evidence.isConstant))
  }

  /// What is computed in one pass with a node, if that is a convolution.
  private func pass(around node: Int, in step: Step) throws -> ConvolutionPass {
    guard case .convolution(let roles) = step.kind, roles.node == node else {
      return ConvolutionPass()
    }
    return ConvolutionPass(
      norm: try roles.foldedNorm.map { try BatchNorm(graph.nodes[$0], parameters) },
      window: step.averagedElements(in: graph))
  }

  /// What folding a batch norm into a convolution adds at the batch norm: its products are those of the
  /// folded weights, so that is where they underflow or overflow.
  private func foldedErrors(
    at node: Int, in step: Step, _ exact: [Int: Tensor<Double>], _ program: Program,
    _ algorithm: Algorithm?
  ) throws -> Allowance? {
    guard case .convolution(let roles) = step.kind, roles.foldedNorm == node else { return nil }
    let convolution = graph.nodes[roles.node]
    let around = try pass(around: roles.node, in: step)
    guard let norm = around.norm, let first = convolution.inputs.first else { return nil }
    let errors = try underflow(
      convolution, value(source(of: first, in: exact, program), exact, of: roles.node),
      algorithm ?? .reassociated, around)
    let channels = overflowingChannels(convolution, norm)
    let plane = errors.shape.planeCount
    return Allowance(
      // What underflows is rounded again later; beyond 2²³ roundings no bound is meaningful.
      likely: errors.mapped { 2 * $0 },
      overflow: Allowance.overflow(
        where: { channels[$0 / plane % channels.count] }, count: errors.elements.count))
  }

  /// The effect of elements that may be infinite or NaN: where each element depends on one of them, it
  /// may be anything; where elements are mixed, all may.
  private func inheritedOverflow(
    of node: Int, from inherited: [Allowance], shape: TensorShape
  ) -> [Allowance.Overflow]? {
    guard inherited.contains(where: { $0.overflow != nil }) else { return nil }
    let all = [Allowance.Overflow](repeating: .unbounded, count: shape.count)
    guard !graph.nodes[node].operation.bound.mixesElements,
      inherited.allSatisfy({ $0.likely.shape.count == shape.count })
    else { return all }
    return (0..<shape.count).map { i in
      inherited.contains { ($0.overflow?[i] ?? .none) != .none } ? .unbounded : .none
    }
  }

  /// The error of a step's output that errors of its inputs can cause.
  func propagate(
    through step: Step, program: Program, deltas: [Tensor<Double>], reference: StepReference
  ) throws -> Tensor<Double> {
    var errors: [Int: Tensor<Double>] = [:]
    for (input, delta) in zip(step.inputs, deltas) { errors[input] = delta }
    for index in step.nodes {
      let inputs = try graph.nodes[index].inputs.map {
        try value(source(of: $0, in: errors, program), errors, of: index)
      }
      guard let output = reference.exact[index] else { continue }
      errors[index] = try propagate(index, deltas: inputs, output: output)
    }
    return errors[step.output] ?? deltas[0]
  }

  /// The node under whose index an input's value is known: itself, or what it is an alias of.
  private func source(of node: Int, in values: [Int: Tensor<Double>], _ program: Program) -> Int {
    values[node] != nil ? node : program.resolved(node)
  }

  private func value(_ node: Int, _ values: [Int: Tensor<Double>], of reader: Int) throws
    -> Tensor<Double>
  {
    guard let value = values[node] else {
      throw GraphError(
        .notAGraph, node: graph.nodes[reader].name, "its input \(node) is not part of the step")
    }
    return value
  }
}

extension Step {
  /// The roundings that each product of a convolution goes through beyond those of its sum.
  ///
  /// Folding a batch norm rounds each weight again. Where the input is averaged before it is
  /// multiplied, each of its elements is added up with the others of its window, and the sum is
  /// multiplied by the share of one: as many roundings as the window has elements, and one more for the
  /// share itself, as 1/9 is not a binary fraction. The product sum is then that of the averages, and with
  /// `|avg(x)| ≤ avg(|x|)` its error is at most the average of what the sums over single pixels may err by,
  /// which is what the pooling's propagation gives.
  fileprivate func extraRoundings(_ node: Int, in graph: Graph) -> Int {
    guard case .convolution(let roles) = kind, roles.node == node else { return 0 }
    var roundings = roles.foldedNorm == nil ? 0 : 1
    if roles.averagePool != nil { roundings += averagedElements(in: graph) + 1 }
    return roundings
  }

  /// The elements of the windows that a convolution averages its input over; 1 if it does not.
  fileprivate func averagedElements(in graph: Graph) -> Int {
    guard case .convolution(let roles) = kind, let pool = roles.averagePool,
      case .pooling(let attributes) = graph.nodes[pool].operation
    else { return 1 }
    return attributes.kernel.height * attributes.kernel.width
  }

  /// Whether a node is a pooling whose roundings are counted with those of the convolution after it.
  fileprivate func isAveragedBefore(_ node: Int) -> Bool {
    guard case .convolution(let roles) = kind else { return false }
    return roles.averagePool == node
  }
}
