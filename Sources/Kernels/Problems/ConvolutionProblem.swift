public import Files

/// The geometry of one convolution: everything a backend needs to know before it sees data.
public struct ConvolutionProblem: Hashable, Sendable {
  public private(set) var input: TensorShape
  public let outputChannels: Int
  public let kernel: Size
  public let stride: Size
  public let dilation: Size
  public let padding: Padding
  public let groups: Int

  /// The shape of the result.
  public private(set) var output: TensorShape

  /// The largest side, count or padding that a problem may have.
  ///
  /// A product of two such numbers stays within 63 bits, and every array still has to pass
  /// ``TensorShape/checkedCount``.
  public static let largestExtent = 1 << 24

  /// Creates a problem after checking that it has a result.
  ///
  /// Padding at the bottom or on the right may be negative: that many rows or columns of the input are
  /// not read.
  ///
  /// - Throws: ``ProblemError`` if an extent is out of range, the channels do not divide by the
  ///   groups, the window is larger than the padded input, or a tensor or the number of operations is
  ///   beyond what can be counted.
  public init(
    input: TensorShape, outputChannels: Int, kernel: Size, stride: Size = Size(1),
    dilation: Size = Size(1), padding: Padding = Padding(0), groups: Int = 1
  ) throws(ProblemError) {
    let limit = Self.largestExtent
    let extents = [
      input.batch, input.channels, input.height, input.width, outputChannels, kernel.height,
      kernel.width, stride.height, stride.width, dilation.height, dilation.width, groups,
    ]
    guard extents.allSatisfy({ (1...limit).contains($0) }) else {
      throw ProblemError("every size, count, stride and dilation must lie in 1...\(limit)")
    }
    guard [padding.top, padding.left].allSatisfy({ (0...limit).contains($0) }),
      [padding.bottom, padding.right].allSatisfy({ (-limit...limit).contains($0) })
    else {
      throw ProblemError(
        "padding must lie in 0...\(limit), at the bottom and on the right in -\(limit)...\(limit)")
    }
    guard input.channels % groups == 0, outputChannels % groups == 0 else {
      throw ProblemError(
        "\(input.channels) and \(outputChannels) channels do not divide into \(groups) groups")
    }
    let height = input.height + padding.top + padding.bottom - (kernel.height - 1) * dilation.height
    let width = input.width + padding.left + padding.right - (kernel.width - 1) * dilation.width
    guard height >= 1, width >= 1 else {
      throw ProblemError(
        "a \(kernel.height)×\(kernel.width) window does not fit in "
          + "\(input.height)×\(input.width) pixels with their padding")
    }
    self.input = input
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.groups = groups
    output = TensorShape(
      batch: input.batch, channels: outputChannels, height: (height - 1) / stride.height + 1,
      width: (width - 1) / stride.width + 1)
    guard output.height <= limit, output.width <= limit else {
      throw ProblemError("the output of \(output) has a side of more than \(limit)")
    }
    let weights = TensorShape(
      batch: outputChannels, channels: input.channels / groups, height: kernel.height,
      width: kernel.width)
    for (name, shape) in [("input", input), ("output", output), ("weights", weights)]
    where shape.checkedCount == nil {
      throw ProblemError(
        "\(name) of \(shape) are more than \(TensorShape.largestCount) elements")
    }
    guard Int.clampedProduct(2, output.count, depth) < Int.uncountable else {
      throw ProblemError("it takes more than \(Int.uncountable) operations")
    }
  }

  /// The input channels that each output channel reads.
  public var groupInputChannels: Int { input.channels / groups }

  /// The output channels of one group.
  public var groupOutputChannels: Int { outputChannels / groups }

  /// The products that are summed for one output element, the bias not counted: K in the error
  /// bounds.
  public var depth: Int { groupInputChannels * kernel.height * kernel.width }

  /// The number of weights: `[outputChannels, groupInputChannels, kH, kW]`.
  public var weightCount: Int { outputChannels * depth }

  /// The floating-point operations of the direct algorithm, a multiply-add counted as two.
  ///
  /// Every backend is credited with this number, so that a rate says how fast the layer ran and
  /// not how busy the arithmetic units were.
  public var operations: Int { 2 * output.count * depth }

  /// The same convolution of an input with more channels; nil if there is none, or if it has groups.
  package func widened(toInputChannels count: Int) -> ConvolutionProblem? {
    var shape = input
    shape.channels = count
    guard groups == 1, count >= input.channels else { return nil }
    return try? ConvolutionProblem(
      input: shape, outputChannels: outputChannels, kernel: kernel, stride: stride,
      dilation: dilation, padding: padding)
  }

  /// The same convolution of a single image.
  public var ofOneImage: ConvolutionProblem {
    var result = self
    result.input.batch = 1
    result.output.batch = 1
    return result
  }

  /// Whether the convolution is a plain matrix product of weights and pixels.
  public var isPointwise: Bool {
    kernel == Size(1) && stride == Size(1) && padding == Padding(0)
  }
}

extension ConvolutionProblem: CustomStringConvertible {
  /// The problem in benchdnn's notation, such as `mb1ic128ih28oc32oh28kh3ph1`; an unsquare problem
  /// names its widths, and what has its default value is left out.
  public var description: String {
    var text = groups > 1 ? "g\(groups)" : ""
    text += "mb\(input.batch)ic\(input.channels)ih\(input.height)"
    let square =
      input.height == input.width && output.height == output.width
      && kernel.height == kernel.width && stride.height == stride.width
      && dilation.height == dilation.width && padding.top == padding.left
      && padding.bottom == padding.right
    if !square { text += "iw\(input.width)" }
    text += "oc\(outputChannels)oh\(output.height)"
    if !square { text += "ow\(output.width)" }
    text += "kh\(kernel.height)"
    if !square { text += "kw\(kernel.width)" }
    if stride != Size(1) {
      text += "sh\(stride.height)" + (square ? "" : "sw\(stride.width)")
    }
    if dilation != Size(1) {
      // benchdnn counts the gaps between taps.
      text += "dh\(dilation.height - 1)" + (square ? "" : "dw\(dilation.width - 1)")
    }
    if padding != Padding(0) {
      text += "ph\(padding.top)" + (square ? "" : "pw\(padding.left)")
    }
    return text
  }
}

/// Why a convolution's geometry makes no sense.
public struct ProblemError: ReportedError, Hashable {
  public let description: String

  public init(_ description: String) { self.description = description }
}
