import Kernels
import Net

/// A 32-bit run beside the double-precision one, which shows how far rounding alone moves each value.
///
/// Nothing is fused, and each node is given what the nodes before it computed, so the noise of a node
/// includes all that accumulated before it. It estimates a floor: `naive` sums each convolution in
/// double precision and rounds it once, and a backend that sums in single precision is, rightly,
/// somewhat further away. The instruction set is the one that every processor has, so that the
/// figures are the same on all of them.
struct NoiseRun {
  /// What ran, as golden files name it.
  static let backendName = "\(backend.name) on \(instructionSet.rawValue)"

  private static let backend = NaiveBackend()
  private static let instructionSet = InstructionSet.baseline

  private let executor: Executor
  private var next = 0

  /// Prepares a run on an input.
  ///
  /// Cost: the memory of an unfused plan.
  ///
  /// - Throws: ``GraphError`` or ``KernelError`` if the network cannot run.
  init(graph: Graph, parameters: Parameters, input: Tensor<Float>, team: WorkerTeam) throws {
    var options = PlanOptions.unfused
    options.instructionSet = Self.instructionSet
    executor = try Executor(
      plan: Plan(
        graph: graph, parameters: parameters, input: input.shape,
        backends: BackendChoice(Self.backend), options: options),
      team: team)
    executor.write(input.elements.span, to: graph.input)
  }

  /// Computes a node and compares it.
  ///
  /// Nodes must be visited in order, each once.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - exact: Its value in double precision.
  ///   - isWanted: Whether to compare; without it the node is only computed.
  /// - Returns: The relative L2 distance, or nil if it is not wanted, is not finite, or the node is the
  ///   input.
  mutating func advance(to node: Int, exact: Tensor<Double>, isWanted: Bool) -> Double? {
    guard next < executor.plan.stepCount, executor.plan.step(next).output == node else {
      return nil
    }
    executor.run(step: next)
    next += 1
    guard isWanted else { return nil }
    let distance = RelativeL2.distance(executor.value(of: node), from: exact.elements)
    return distance.isFinite ? distance : nil
  }
}
