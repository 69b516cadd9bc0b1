/// A way to compute convolutions.
///
/// To add one, write one file in `Backends/` and list it in ``BackendRegistry/builtIn``. The command line, the
/// reports and the tests take their backends from that list.
public protocol ConvolutionBackend: Sendable {
  /// The name on the command line and in reports, such as `im2col-openblas`.
  var name: String { get }

  /// One line for `densecam list backends`.
  var summary: String { get }

  /// Why the backend cannot compute a problem, or nil if it can.
  func refusal(of problem: ConvolutionProblem) -> String?

  /// How the backend computes a problem that it does not refuse.
  ///
  /// - Parameters:
  ///   - problem: The geometry of the convolution.
  ///   - target: The inner loops to use, which decide how wide blocks are, and the threads.
  /// - Returns: The algorithm, what can be fused, and the layouts of the views that ``prepare`` expects.
  func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription

  /// The backend that does the work for a problem: itself, unless it only chooses among others.
  func delegate(for problem: ConvolutionProblem, on target: ExecutionTarget)
    -> any ConvolutionBackend

  /// Packs or transforms the weights once; the result may then run many times.
  ///
  /// - Parameters:
  ///   - problem: The geometry of the convolution.
  ///   - weights: `[outputChannels, groupInputChannels, kH, kW]`, kept alive by the result if it
  ///     needs them.
  ///   - bias: `[outputChannels]`, or nil for none.
  ///   - fusion: Operations to compute in the same pass, each among those of the description.
  ///   - target: The inner loops to use, a supported set, and the threads.
  /// - Returns: The convolution, cut into tasks that any number of threads may share.
  /// - Throws: ``KernelError`` if the problem is refused or the weights do not fit it.
  func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution
}

extension ConvolutionBackend {
  public func delegate(for problem: ConvolutionProblem, on target: ExecutionTarget)
    -> any ConvolutionBackend
  {
    self
  }

  /// Checks what every backend has to check before it prepares.
  func validate(_ problem: ConvolutionProblem, _ weights: WeightBuffer, _ bias: [Float]?)
    throws(KernelError)
  {
    if let reason = refusal(of: problem) {
      throw KernelError(.unsupportedProblem, "\(name) cannot compute \(problem): \(reason)")
    }
    guard weights.count == problem.weightCount else {
      throw KernelError(
        .weightCountMismatch,
        "\(problem) takes \(problem.weightCount) weights, not \(weights.count)")
    }
    guard bias.map({ $0.count == problem.outputChannels }) ?? true else {
      throw KernelError(
        .weightCountMismatch,
        "\(problem) takes \(problem.outputChannels) biases, not \(bias?.count ?? 0)")
    }
  }

  /// Checks that the memory of a task can be counted.
  ///
  /// - Parameters:
  ///   - scratchBytes: The bytes, made by `clampedProduct` where they may be too many.
  ///   - problem: The problem that needs them.
  /// - Throws: ``KernelError`` if it cannot.
  func validate(scratchBytes: Int, for problem: ConvolutionProblem) throws(KernelError) {
    guard scratchBytes / MemoryLayout<Float>.stride <= TensorShape.largestCount else {
      throw KernelError(
        .outOfMemory,
        "\(name) cannot compute \(problem): a task would take more than "
          + "\(TensorShape.largestCount) elements of memory")
    }
  }
}

/// The operations around a convolution that a backend may compute in the same pass.
public struct Fusions: OptionSet, Hashable, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// `max(0, scale · x + shift)` or `scale · x + shift` on each input channel.
  public static let prologue = Fusions(rawValue: 1)

  /// `max(0, y)` on the result.
  public static let relu = Fusions(rawValue: 2)

  /// The average over windows of the input, after the prologue.
  public static let averagePool = Fusions(rawValue: 4)

  /// What the fusions are called in reports and saved plans.
  public var names: [String] {
    let all: [(Fusions, String)] =
      [(.prologue, "prologue"), (.relu, "relu"), (.averagePool, "average pool")]
    return all.filter { contains($0.0) }.map(\.1)
  }
}

/// The operations to fuse with one convolution.
public struct Fusion: Sendable {
  public var prologue: ScaleShift?

  /// The windows that the input is averaged over after the prologue, side by side from its upper left
  /// corner on.
  ///
  /// The problem is then that of the averages, and the input itself is larger by
  /// these factors; rows and columns that do not fill a window are left out.
  public var averagePool: Size?

  /// Whether the result goes through `max(0, y)`.
  public var relu: Bool

  public init(prologue: ScaleShift? = nil, averagePool: Size? = nil, relu: Bool = false) {
    self.prologue = prologue
    self.averagePool = averagePool
    self.relu = relu
  }

  public static let none = Fusion()
}

/// `scale[c] · x + shift[c]`, then `max(0, ·)` if `relu`.
public struct ScaleShift: Sendable {
  public var scale: [Float]
  public var shift: [Float]
  public var relu: Bool

  /// - Precondition: Both arrays have one element per channel.
  public init(scale: [Float], shift: [Float], relu: Bool) {
    precondition(scale.count == shift.count, "scale and shift differ in length")
    self.scale = scale
    self.shift = shift
    self.relu = relu
  }
}
