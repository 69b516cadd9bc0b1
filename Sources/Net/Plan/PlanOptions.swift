public import Kernels

/// How a graph is compiled.
public struct PlanOptions: Sendable {
  /// The passes to run.
  public var passes: Set<Pass>

  /// The taps: nodes whose values can be read after a run, besides the result.
  public var taps: Set<String>

  /// Whether memory of values that are no longer needed is reused.
  public var sharesMemory: Bool

  /// The inner loops to use; ``InstructionSet/selected()`` if nil.
  public var instructionSet: InstructionSet?

  /// The threads that the work of convolutions is cut for; any number may run the plan.
  public var threads: Int

  /// The nodes whose steps are to be prepared; nil for all.
  ///
  /// Other steps do nothing, which is for callers that run single steps.
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

  /// Nothing fused: every node of the graph is materialised by a separate step.
  public static let unfused = PlanOptions(passes: [])
}
