import Kernels
import Net

/// How MXNet 1.x writes an operation: the counterpart of ``SymbolOperator``.
struct SymbolDescription {
  var operatorName: String
  var attributes: [(String, String)] = []

  /// The number of outputs that MXNet counts, hidden ones included; it ignores them when it loads.
  var outputCount = 1

  /// Describes a node's operation.
  ///
  /// - Throws: ``GraphError`` if a convolution's padding is not symmetric.
  init(_ node: Node) throws(GraphError) {
    operatorName = node.operation.name
    switch node.operation {
    case .input: operatorName = "null"
    case .convolution(let convolution):
      attributes = try Self.attributes(of: convolution, node: node.name)
    case .batchNorm(let epsilon, let fixGamma):
      attributes = [("eps", "\(epsilon)"), ("fix_gamma", python(fixGamma))]
      outputCount = 3
    case .activation(let activation): attributes = Self.attributes(of: activation)
    case .pooling(let pooling):
      attributes = Self.attributes(of: pooling)
      outputCount = pooling.reduction == .maximum ? 2 : 1
    case .concatenation:
      attributes = [("dim", "1"), ("num_args", "\(node.inputs.count)")]
    case .add where node.inputs.count == 2: operatorName = "elemwise_add"
    case .add:
      operatorName = "add_n"
      attributes = [("num_args", "\(node.inputs.count)")]
    case .fullyConnected(let outputs, let hasBias):
      attributes = [
        ("flatten", "True"), ("no_bias", python(!hasBias)), ("num_hidden", "\(outputs)"),
      ]
    case .flatten: operatorName = "Flatten"
    case .identity(let identity):
      operatorName = identity.rawValue
      outputCount = identity == .dropout ? 2 : 1
    case .softmax:
      operatorName = "softmax"
      attributes = [("axis", "1")]
    case .hardSigmoid(let function):
      attributes = [("alpha", "\(function.alpha)"), ("beta", "\(function.beta)")]
    }
  }

  private static func attributes(
    of convolution: ConvolutionAttributes, node: String
  ) throws(GraphError) -> [(String, String)] {
    let padding = convolution.padding
    guard padding.top == padding.bottom, padding.left == padding.right else {
      throw GraphError(
        .unsupportedAttribute, node: node,
        "MXNet has no padding that differs from one side to the other")
    }
    return [
      ("dilate", python(convolution.dilation)),
      ("kernel", python(convolution.kernel)),
      ("no_bias", python(!convolution.hasBias)),
      ("num_filter", "\(convolution.outputChannels)"),
      ("num_group", "\(convolution.groups)"),
      ("pad", python(Size(height: padding.top, width: padding.left))),
      ("stride", python(convolution.stride)),
    ]
  }

  private static func attributes(of activation: Activation) -> [(String, String)] {
    switch activation {
    case .relu: [("act_type", "relu")]
    case .sigmoid: [("act_type", "sigmoid")]
    case .tanh: [("act_type", "tanh")]
    case .leakyReLU(let slope): [("act_type", "leaky"), ("slope", "\(slope)")]
    case .clip(let minimum, let maximum): [("a_max", "\(maximum)"), ("a_min", "\(minimum)")]
    case .scalar(_, let scalar): [("scalar", "\(scalar)")]
    }
  }

  private static func attributes(of pooling: PoolingAttributes) -> [(String, String)] {
    if let size = pooling.adaptiveOutput { return [("output_size", python(size))] }
    return [
      ("count_include_pad", python(pooling.countsPadding)),
      ("global_pool", python(pooling.isGlobal)),
      ("kernel", python(pooling.kernel)),
      ("pad", python(pooling.padding)),
      ("pool_type", pooling.reduction.rawValue),
      ("pooling_convention", pooling.convention.rawValue),
      ("stride", python(pooling.stride)),
    ]
  }
}

extension Operation {
  /// The parameters that MXNet keeps apart as auxiliary states, because training computes them
  /// instead of learning them.
  var auxiliarySlots: Range<Int> {
    if case .batchNorm = self { 2..<4 } else { 0..<0 }
  }
}

private func python(_ flag: Bool) -> String { flag ? "True" : "False" }

private func python(_ size: Size) -> String { "(\(size.height), \(size.width))" }
