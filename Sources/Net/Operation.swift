public import Kernels

/// What a node of a graph computes, with the attributes that do not depend on the input's size.
///
/// The semantics are those of MXNet at inference, which the networks that densecam reads were
/// trained with. Parameters are not part of an operation: a ``Node`` names them.
public enum Operation: Hashable, Sendable {
  /// A tensor that the caller provides.
  case input

  /// Parameters: weight `[outputChannels, inputChannels / groups, kH, kW]`, then bias
  /// `[outputChannels]` if `hasBias`.
  case convolution(ConvolutionAttributes)

  /// `gamma · (x − mean) / √(variance + epsilon) + beta` per channel, always with the stored
  /// statistics. With `fixGamma` the stored gamma is ignored and 1 takes its place.
  ///
  /// Parameters: gamma, beta, moving mean, moving variance, each `[channels]`.
  case batchNorm(epsilon: Double, fixGamma: Bool)

  case activation(Activation)

  case pooling(PoolingAttributes)

  /// Stacks the inputs along the channel axis.
  case concatenation

  /// The sum of two or more inputs of one shape.
  case add

  /// `weight · flatten(x) + bias`.
  ///
  /// Parameters: weight `[outputs, C·H·W]`, then bias `[outputs]` if `hasBias`.
  case fullyConnected(outputs: Int, hasBias: Bool)

  /// Turns `[N, C, H, W]` into `[N, C·H·W, 1, 1]` without touching an element.
  case flatten

  /// Something that is the identity at inference: Dropout, identity, BlockGrad.
  case identity(Identity)

  /// Softmax over the channel axis.
  case softmax
}

/// The attributes of a two-dimensional convolution (a cross-correlation, as everywhere in the
/// field).
public struct ConvolutionAttributes: Hashable, Sendable {
  public var outputChannels: Int
  public var kernel: Size
  public var stride: Size
  public var dilation: Size
  public var padding: Padding
  public var groups: Int
  public var hasBias: Bool

  public init(
    outputChannels: Int, kernel: Size, stride: Size = Size(1), dilation: Size = Size(1),
    padding: Padding = Padding(0), groups: Int = 1, hasBias: Bool
  ) {
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.groups = groups
    self.hasBias = hasBias
  }

  /// Whether each result depends on one pixel alone.
  var isPointwise: Bool {
    kernel == Size(1) && stride == Size(1) && padding == Padding(0)
  }
}

/// A function of one element.
public enum Activation: Hashable, Sendable {
  case relu
  /// `x` where positive, `slope · x` elsewhere.
  case leakyReLU(slope: Double)
  case sigmoid
  case tanh

  /// `x` held between two bounds, which MXNet keeps as 32-bit floats; NaN stays NaN.
  case clip(minimum: Float, maximum: Float)

  /// Arithmetic with a number.
  case scalar(ScalarOperation, Double)
}

/// Arithmetic of an element x with a number s, under the name that MXNet has for it.
public enum ScalarOperation: String, CaseIterable, Hashable, Sendable {
  /// `x + s`
  case add = "_plus_scalar"
  /// `x − s`
  case subtract = "_minus_scalar"
  /// `s − x`
  case subtractFrom = "_rminus_scalar"
  /// `x · s`
  case multiply = "_mul_scalar"
  /// `x / s`
  case divide = "_div_scalar"
}

/// A pooling window and what is made of its elements.
public struct PoolingAttributes: Hashable, Sendable {
  public enum Reduction: String, Hashable, Sendable {
    case maximum = "max"
    case average = "avg"
  }

  /// How the output's size is rounded.
  public enum Convention: String, Hashable, Sendable {
    /// Down: every window starts inside the padded input and fits in it.
    case valid
    /// Up, without Caffe's clip: a last window may hang over the padded input's edge.
    case full
  }

  public var reduction: Reduction
  public var kernel: Size
  public var stride: Size
  public var padding: Size
  public var convention: Convention

  /// Whether one window covers each map whole; kernel, stride and padding are then ignored.
  public var isGlobal: Bool

  /// Whether an average divides by the window's elements that lie in the padding, too.
  ///
  /// The window is clipped to the padded input in either case.
  public var countsPadding: Bool

  /// The output's size where windows are laid out to give it: of H rows, output row y of h covers those
  /// from ⌊y·H/h⌋ to before ⌈(y + 1)·H/h⌉, and columns likewise.
  ///
  /// Kernel, stride, padding and convention are then ignored; nil for windows that these describe.
  public var adaptiveOutput: Size?

  public init(
    _ reduction: Reduction, kernel: Size, stride: Size = Size(1), padding: Size = Size(0),
    convention: Convention = .valid, isGlobal: Bool = false, countsPadding: Bool = true,
    adaptiveOutput: Size? = nil
  ) {
    self.reduction = reduction
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.convention = convention
    self.isGlobal = isGlobal
    self.countsPadding = countsPadding
    self.adaptiveOutput = adaptiveOutput
  }

  /// The most elements that one window covers on maps of a shape, padding included.
  ///
  /// - Parameter shape: The shape of the input; its batch and channels do not matter.
  /// - Returns: A count that no window exceeds.
  public func largestWindow(on shape: TensorShape) -> Int {
    guard !isGlobal else { return shape.planeCount }
    guard let output = adaptiveOutput else { return kernel.height * kernel.width }
    // An interval of length L from ⌊a⌋ to ⌈a + L⌉ holds at most ⌊L⌋ + 2; just L if a and L are whole.
    func side(_ input: Int, _ output: Int) -> Int {
      input.isMultiple(of: output) ? input / output : min(input, input / output + 2)
    }
    return side(shape.height, output.height) * side(shape.width, output.width)
  }
}

/// Which inference no-op a node was written as; only the writer of a symbol file minds.
public enum Identity: String, Hashable, Sendable {
  case dropout = "Dropout"
  case copy = "_copy"
  case blockGradient = "BlockGrad"
}
