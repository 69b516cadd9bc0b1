import Kernels
import Net

/// One convolution on one backend, prepared once, to be run on any data.
///
/// The convolution is a network of its own, so that it is planned and laid out as any layer is; operands stay in
/// the same place from run to run.
final class BehaviorTrial {
  let problem: ConvolutionProblem
  let backend: any ConvolutionBackend

  /// Numbers for the input.
  let input: [Float]

  /// `[outputChannels, groupInputChannels, kH, kW]`.
  let weights: [Float]

  /// A number for each output channel; nil without a bias.
  let bias: [Float]?

  private let executor: Executor
  private let bounds: NodeBounds
  private let output: Int

  /// Prepares a convolution.
  ///
  /// - Parameters:
  ///   - problem: The geometry.
  ///   - backend: What computes it.
  ///   - hasBias: Whether there is a bias; without one the convolution is linear.
  ///   - seed: What the numbers are drawn from.
  ///   - team: The threads.
  /// - Throws: ``GraphError`` or ``KernelError`` if it cannot be prepared.
  init(
    _ problem: ConvolutionProblem, on backend: any ConvolutionBackend, hasBias: Bool,
    seed: UInt64 = 1, team: WorkerTeam
  ) throws {
    self.problem = problem
    self.backend = backend
    let trial = ConvolutionTrial(problem, surroundings: hasBias ? .bias : [], seed: seed)
    guard let network = try trial.network(), let weight = network.parameters["weight"] else {
      throw KernelError(.unsupportedProblem, "\(problem) has no numbers")
    }
    input = network.input.elements
    weights = weight.withElements { elements in (0..<elements.count).map { elements[$0] } }
    bias = network.parameters["bias"]?.withElements { elements in
      (0..<elements.count).map { elements[$0] }
    }
    output = network.graph.output
    var options = PlanOptions.standard
    options.threads = team.count
    executor = try Executor(
      plan: Plan(
        graph: network.graph, parameters: network.parameters, input: problem.input,
        backends: BackendChoice(backend), options: options), team: team)
    bounds = NodeBounds(
      evaluator: ReferenceEvaluator(
        graph: network.graph, parameters: network.parameters, team: team), team: team)
  }

  /// How the backend says that it computes the problem.
  private var description: ConvolutionDescription? {
    (0..<executor.plan.stepCount).lazy.compactMap {
      self.executor.plan.assignment(ofStep: $0)?.description
    }.first
  }

  /// The algorithm by which the backend says that it computes the problem.
  var algorithm: Algorithm? { description?.algorithm }

  /// Whether it says that the order of its sums varies from run to run.
  var ordersVary: Bool { description?.orderVaries == true }

  /// The results of two runs that should be the same and are not: those with other bits or, if the backend says that
  /// its sums are made in an order that varies, those that differ by more than two runs can.
  ///
  /// - Parameters:
  ///   - one: The results of one run.
  ///   - other: Those of the other.
  ///   - input: What both ran on, up to a factor.
  ///   - factor: What that was at most.
  /// - Returns: How many.
  /// - Throws: Errors from deriving the bound.
  func differing(_ one: [Float], _ other: [Float], on input: [Float], times factor: Double = 1)
    throws
    -> Int
  {
    guard ordersVary else {
      return zip(one, other).count { $0.bitPattern != $1.bitPattern && $0 != $1 }
    }
    let bounds = try bounds(input)
    return one.indices.count { index in
      let difference = (Double(one[index]) - Double(other[index])).magnitude
      return !(difference <= 2 * factor * bounds[index])
    }
  }

  /// The right results for an input, in double precision, without bias.
  func exact(_ input: [Float]) -> [Double] {
    let weights = weights
    return ReferenceConvolution.convolve(
      problem, input: Tensor(shape: problem.input, elements: input.map(Double.init)),
      weights: weights.span, bias: nil, team: bounds.team
    ).elements
  }

  /// What rounding may do to each result for an input, at worst.
  func bounds(_ input: [Float]) throws -> [Double] {
    let index = (0..<executor.plan.stepCount).first { executor.plan.problem(ofStep: $0) != nil }
    guard let index else { return [] }
    let own = try bounds.reference(
      for: executor.plan.step(index), program: executor.plan.program, given: [input],
      algorithm: algorithm
    ).own
    return (own.worst ?? own.likely).elements
  }

  /// Runs the convolution.
  ///
  /// - Parameter input: `[N, C, H, W]`.
  /// - Returns: The output, `[N, K, P, Q]`.
  /// - Throws: ``KernelFailure`` if the kernel does not finish.
  func run(_ input: [Float]) throws(KernelFailure) -> [Float] {
    executor.run(input.span)
    for index in 0..<executor.plan.stepCount {
      if let failure = executor.failure(ofStep: index) { throw failure }
    }
    return executor.value(of: output)
  }
}
