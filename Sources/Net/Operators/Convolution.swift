public import Kernels

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

/// An operator that a backend computes: a convolution, or what can be written as one.
protocol ConvolutionOperator: Operator {
  /// The problem that the operator poses to a backend.
  ///
  /// - Throws: ``ProblemError`` if it has no result.
  func problem(on input: TensorShape) throws(ProblemError) -> ConvolutionProblem
}

extension ConvolutionOperator {
  func outputShape(of inputs: [TensorShape], node: String) throws(GraphError) -> TensorShape {
    do {
      return try problem(on: inputs[0]).output
    } catch {
      throw GraphError(.sizeTooSmall, node: node, "on \(inputs[0]): \(error)")
    }
  }

  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double> {
    let problem: ConvolutionProblem
    do {
      problem = try self.problem(on: inputs[0].shape)
    } catch {
      throw GraphError(.sizeTooSmall, node: context.node.name, "\(error)")
    }
    guard let weights = try context.node.parameter(0, in: context.parameters) else {
      throw GraphError(.missingParameter, node: context.node.name, "it has no weights")
    }
    let bias = try context.node.parameter(1, in: context.parameters)
    let source = Tensor(shape: problem.input, elements: inputs[0].elements)
    return weights.withElements { elements in
      ReferenceConvolution.convolve(
        problem, input: source, weights: elements, bias: bias?.elements.map(Double.init),
        team: context.team)
    }
  }

  func step(at node: Int) -> Step.Kind? { .convolution(ConvolutionRoles(node: node)) }
  var layoutRule: LayoutRule { .own }
}

extension ConvolutionAttributes: ConvolutionOperator {
  var name: String { "Convolution" }

  func parameterShapes(on input: TensorShape?) -> [ParameterShape] {
    [
      ParameterShape(
        .exactly(outputChannels), input.map { .exactly($0.channels / groups) } ?? .any,
        .exactly(kernel.height), .exactly(kernel.width))
    ] + (hasBias ? [.vector(outputChannels)] : [])
  }

  func problem(on input: TensorShape) throws(ProblemError) -> ConvolutionProblem {
    try ConvolutionProblem(
      input: input, outputChannels: outputChannels, kernel: kernel, stride: stride,
      dilation: dilation, padding: padding, groups: groups)
  }
}
