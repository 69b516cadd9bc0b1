/// A way to compute convolutions.
///
/// To add one, write one file in `Backends/` and list it in ``Backends/all``. The command line, the
/// reports and the tests take their backends from that list.
public protocol ConvolutionBackend: Sendable {
  /// The name on the command line and in reports, such as `im2col-openblas`.
  var name: String { get }

  /// One line for `densecam list backends`.
  var summary: String { get }

  /// How the arithmetic for a problem departs from summing in order, from which its error bound
  /// follows.
  func algorithm(for problem: ConvolutionProblem) -> Algorithm

  /// Why the backend cannot compute a problem, or nil if it can.
  func refusal(of problem: ConvolutionProblem) -> String?

  /// The neighbouring operations that the backend computes in the same pass. What is missing here
  /// becomes a step of its own in the plan.
  func fusions(for problem: ConvolutionProblem) -> Fusions

  /// Packs or transforms the weights once; the result may then run many times.
  ///
  /// - Parameters:
  ///   - problem: The geometry of the convolution.
  ///   - weights: `[outputChannels, groupInputChannels, kH, kW]`, kept alive by the result if it
  ///     needs them.
  ///   - bias: `[outputChannels]`, or nil for none.
  ///   - fusion: Operations to compute in the same pass, each among `fusions(for: problem)`.
  ///   - instructionSet: The inner loops to use, a supported set.
  /// - Returns: The convolution, cut into tasks that any number of threads may share.
  /// - Throws: ``KernelError`` if the problem is refused or the weights do not fit it.
  func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    instructionSet: InstructionSet
  ) throws(KernelError) -> any PreparedConvolution
}

extension ConvolutionBackend {
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
}

/// A convolution whose weights are in the form that its backend wants.
///
/// The work is cut into tasks that write disjoint parts of the output, the same ones for any number
/// of threads, so that the result has the same bits whoever runs them and in whatever order.
public protocol PreparedConvolution: Sendable {
  /// The number of tasks.
  var taskCount: Int { get }

  /// The scratch elements that each thread needs.
  var scratchCount: Int { get }

  /// The bytes of weights that the backend packed, beyond those it was given.
  var packedBytes: Int { get }

  /// Runs one task.
  ///
  /// - Precondition: The views have the problem's shapes and do not overlap; `scratch` holds
  ///   `scratchCount` elements and is not used by another thread meanwhile.
  func run(
    task: Int, input: FeatureView, output: MutableFeatureView,
    scratch: UnsafeMutablePointer<Float>)
}

/// The operations around a convolution that a backend may compute in the same pass.
public struct Fusions: OptionSet, Hashable, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// `max(0, scale · x + shift)` or `scale · x + shift` on each input channel.
  public static let prologue = Fusions(rawValue: 1)

  /// `max(0, y)` on the result.
  public static let relu = Fusions(rawValue: 2)
}

/// The operations to fuse with one convolution.
public struct Fusion: Sendable {
  public var prologue: ScaleShift?

  /// Whether the result goes through `max(0, y)`.
  public var relu: Bool

  public init(prologue: ScaleShift? = nil, relu: Bool = false) {
    self.prologue = prologue
    self.relu = relu
  }

  public static let none = Fusion()
}

/// `scale[c] · x + shift[c]`, then `max(0, ·)` if `relu`.
public struct ScaleShift: Sendable {
  public var scale: [Float]
  public var shift: [Float]
  public var relu: Bool

  /// - Precondition: Both arrays have one element a channel.
  public init(scale: [Float], shift: [Float], relu: Bool) {
    precondition(scale.count == shift.count, "scale and shift differ in length")
    self.scale = scale
    self.shift = shift
    self.relu = relu
  }
}
