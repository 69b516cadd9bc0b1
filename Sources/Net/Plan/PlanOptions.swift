public import Kernels

/// How a graph is compiled.
public struct PlanOptions: Sendable {
  /// The passes to run.
  public var passes: Set<Pass>

  /// Nodes whose values can be read after a run, beside the result.
  public var taps: Set<String>

  /// Whether memory of values that are no longer needed is used again.
  public var sharesMemory: Bool

  /// The inner loops to use; what ``InstructionSet/selected()`` gives if nil.
  public var instructionSet: InstructionSet?

  /// The threads that the work of convolutions is cut for; any number may run the plan.
  public var threads: Int

  /// The nodes whose steps are to be prepared; nil for all.
  ///
  /// A step without any of them does nothing when it is run, which is for those who run single steps.
  public var preparedNodes: Set<String>?

  public init(
    passes: Set<Pass> = Set(Pass.allCases), taps: Set<String> = [], sharesMemory: Bool = true,
    instructionSet: InstructionSet? = nil, threads: Int = 2, preparedNodes: Set<String>? = nil
  ) {
    self.passes = passes
    self.taps = taps
    self.sharesMemory = sharesMemory
    self.instructionSet = instructionSet
    self.threads = threads
    self.preparedNodes = preparedNodes
  }

  /// Everything fused.
  public static let standard = PlanOptions()

  /// Nothing fused: every node of the graph is materialised by a step of its own.
  public static let unfused = PlanOptions(passes: [])
}
