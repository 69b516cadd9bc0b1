import Kernels

/// A rewrite of a ``Program`` that in exact arithmetic keeps its result, and saves time or memory.
///
/// Each can be switched off separately, so that its gain can be measured and a fault can be narrowed
/// down. They run in the order of this list.
public enum Pass: String, CaseIterable, Sendable {
  /// Dropout, identity and flatten become aliases of their input.
  case dropNoOps = "drop-no-ops"

  /// A batch norm after a convolution is folded into its weights and bias.
  case foldBatchNorm = "fold-batch-norm"

  /// A ReLU is computed by the step before it.
  case fuseReLU = "fuse-relu"

  /// Batch norm and ReLU before a pointwise convolution are computed while its input is packed.
  case fusePrologue = "fuse-prologue"

  /// An average pooling after a pointwise convolution is computed before it.
  case poolBeforeConvolution = "pool-before-convolution"

  /// A value that is to be concatenated is written in place in the concatenation. A dense block
  /// becomes one buffer that grows.
  case placeConcatenation = "place-concatenation"

  /// Values are stored in blocks of channels where the surrounding convolutions prefer that, instead of
  /// in planes.
  case chooseLayouts = "choose-layouts"

  /// While a convolution runs, the weights of the next one are prefetched.
  case fetchWeights = "fetch-weights"

  /// One line for documentation and `--help`.
  public var summary: String {
    switch self {
    case .dropNoOps: "remove inference no-ops"
    case .foldBatchNorm: "fold batch norms into the convolutions before them"
    case .fuseReLU: "compute ReLUs in the step before them"
    case .fusePrologue: "compute batch norm and ReLU while packing for a 1×1 convolution"
    case .poolBeforeConvolution: "average before a 1×1 convolution instead of after it"
    case .placeConcatenation: "write concatenated values in place"
    case .chooseLayouts: "store values in the layout that convolutions prefer"
    case .fetchWeights: "prefetch the weights of the next convolution"
    }
  }

  /// Applies the pass, which rewrites a program in place.
  ///
  /// - Throws: ``GraphError`` if a convolution that the pass changed has no result.
  func apply(to program: inout Program) throws(GraphError) {
    switch self {
    case .dropNoOps: program.dropNoOps()
    case .foldBatchNorm: program.foldBatchNorms()
    case .fuseReLU: program.fuseReLUs()
    case .fusePrologue: program.fusePrologues()
    case .poolBeforeConvolution: try program.poolBeforeConvolutions()
    case .placeConcatenation: program.placeConcatenations()
    // These rewrite no step. The first is `LayoutPlan`'s, the second the executor's.
    case .chooseLayouts, .fetchWeights: break
    }
  }
}
