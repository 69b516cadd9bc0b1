public import Kernels

/// A pooling window and how its elements are combined.
public struct PoolingAttributes: Hashable, Sendable {
  public enum Reduction: String, Hashable, Sendable {
    case maximum = "max"
    case average = "avg"
  }

  /// How the output's size is rounded.
  public enum Convention: String, Hashable, Sendable {
    /// Down: every window starts inside the padded input and fits in it.
    case valid
    /// Up, without Caffe's clip: a last window may extend beyond the padded input's edge.
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

  /// The output's size where the windows follow from it: of H rows, output row y of h covers those
  /// from ⌊y·H/h⌋ to before ⌈(y + 1)·H/h⌉, and columns likewise.
  ///
  /// Kernel, stride, padding and convention are then ignored; nil for windows that those describe.
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

extension PoolingAttributes: Operator {
  var name: String { adaptiveOutput == nil ? "Pooling" : "_contrib_AdaptiveAvgPooling2D" }

  func outputShape(of inputs: [TensorShape], node: String) throws(GraphError) -> TensorShape {
    try PoolingGeometry(self, input: inputs[0], node: node).output
  }

  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    let geometry = try PoolingGeometry(self, input: inputs[0].shape, node: context.node.name)
    let width = inputs[0].shape.width
    return unsafe context.planes(of: shape, from: inputs[0]) { _, source, target in
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          let window = geometry.window(y, x)
          var value = reduction == .maximum ? -Double.infinity : 0
          for row in window.rows {
            for column in window.columns {
              let element = unsafe source[row * width + column]
              switch reduction {
              case .average: value += element
              // NaN spreads: it replaces everything, and nothing is greater than it.
              case .maximum: if element > value || element.isNaN { value = element }
              }
            }
          }
          if reduction == .average { value /= Double(window.divisor) }
          unsafe target[y * shape.width + x] = value
        }
      }
    }
  }

  func prepare(_ inputs: [TensorShape], node: Node, parameters: Parameters) throws(GraphError)
    -> any PreparedOperation
  {
    Pooling(geometry: try PoolingGeometry(self, input: inputs[0], node: node.name))
  }
}
