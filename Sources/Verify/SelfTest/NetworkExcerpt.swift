public import Kernels
public import Net

/// One convolution step of a network, cut out with its weights and the values that reach it.
public struct NetworkExcerpt: Sendable {
  public var network: SmallNetwork
  public var problem: ConvolutionProblem

  /// The surroundings that the step computes besides the convolution.
  public var surroundings: ConvolutionTrial.Surroundings

  /// Cuts convolutions out of a network: for each kernel and size of map the first and the last, which
  /// have the fewest and the most channels.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - input: The input to run it on.
  ///   - team: The threads to use.
  /// - Returns: The excerpts in the order of the network.
  /// - Throws: Errors from planning or running.
  public static func representative(of model: Model, input: Tensor<Float>, team: WorkerTeam) throws
    -> [NetworkExcerpt]
  {
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: input.shape,
      backends: BackendChoice(BackendRegistry.builtIn.standard))
    var kinds: [Kind: (first: Int, last: Int)] = [:]
    for index in 0..<plan.stepCount {
      guard let problem = plan.problem(ofStep: index) else { continue }
      let kind = Kind(
        kernel: problem.kernel, stride: problem.stride, output: problem.output.planeCount)
      kinds[kind] = (kinds[kind]?.first ?? index, index)
    }
    let wanted = Set(kinds.values.flatMap { [$0.first, $0.last] })
    let executor = try Executor(plan: plan, team: team)
    executor.write(input.elements.span, to: plan.graph.input)
    var result: [NetworkExcerpt] = []
    for index in 0..<plan.stepCount {
      if wanted.contains(index), let problem = plan.problem(ofStep: index) {
        result.append(
          NetworkExcerpt(
            network: try SmallNetwork(
              step: plan.step(index), of: plan, parameters: model.parameters,
              input: executor.value(of: plan.step(index).inputs[0])),
            problem: problem, surroundings: plan.surroundings(ofStep: index)))
      }
      executor.run(step: index)
    }
    return result
  }

  private struct Kind: Hashable {
    var kernel: Size
    var stride: Size
    var output: Int
  }
}

extension SmallNetwork {
  /// The nodes of one step with a single input, which becomes the network's.
  init(step: Step, of plan: Plan, parameters: Parameters, input: [Float]) throws {
    let graph = plan.graph
    var nodes = [Node(name: "data", operation: .input, inputs: [])]
    var places: [Int: Int] = [:]
    for index in step.nodes {
      var node = graph.nodes[index]
      // A node that is not computed here is the input, or an alias of it.
      node.inputs = node.inputs.map { places[$0] ?? 0 }
      places[index] = nodes.count
      nodes.append(node)
    }
    self.init(
      graph: try Graph(nodes: nodes, output: nodes.count - 1), parameters: parameters,
      input: Tensor(shape: plan.program.shapes[step.inputs[0]], elements: input),
      layer: graph.nodes[step.mainNode].name)
  }
}

extension Plan {
  /// The surroundings that a convolution step computes besides the convolution.
  func surroundings(ofStep index: Int) -> ConvolutionTrial.Surroundings {
    guard case .convolution(let roles) = step(index).kind else { return [] }
    var result: ConvolutionTrial.Surroundings = []
    if graph.nodes[roles.node].parameters.count > 1 || roles.foldedNorm != nil {
      result.insert(.bias)
    }
    if roles.prologueNorm != nil { result.insert(.prologue) }
    if roles.relu { result.insert(.relu) }
    return result
  }
}
