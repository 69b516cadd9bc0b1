/// How a backend computes one problem on one target.
public struct ConvolutionDescription: Hashable, Sendable {
  /// How the arithmetic departs from summing in order, from which the error bound follows.
  public var algorithm: Algorithm

  /// The neighbouring operations that the backend can compute in the same pass.
  ///
  /// Any other becomes a separate step of the plan.
  public var fusions: Fusions

  /// The layouts in which the backend reads its input and writes its output.
  public var layouts: ConvolutionLayouts

  /// The format of the numbers that are multiplied and summed.
  public var precision: Precision

  /// Whether the order of sums differs from run to run, and with it the last bits of results.
  public var orderVaries = false

  public init(
    _ algorithm: Algorithm, fusions: Fusions = [],
    layouts: ConvolutionLayouts = ConvolutionLayouts(input: .planar, output: .planar),
    precision: Precision = .float32
  ) {
    self.algorithm = algorithm
    self.fusions = fusions
    self.layouts = layouts
    self.precision = precision
  }
}

/// The layouts of a convolution's input and output.
public struct ConvolutionLayouts: Hashable, Sendable {
  public var input: Layout
  public var output: Layout

  public init(input: Layout, output: Layout) {
    self.input = input
    self.output = output
  }
}

/// A format of floating-point numbers.
public enum Precision: String, Hashable, Sendable {
  /// IEEE 754 binary32.
  case float32 = "f32"

  /// The bytes of a number.
  public var byteCount: Int {
    switch self {
    case .float32: 4
    }
  }
}
