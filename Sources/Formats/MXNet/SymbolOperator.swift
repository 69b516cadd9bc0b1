import Kernels
import Net

/// An operator of a symbol file: an ``Operation`` and how its inputs are laid out.
struct SymbolOperator {
  var operation: Operation

  /// MXNet's names of the parameters, which follow the inputs.
  ///
  /// A file may leave out the last ones (0.8 never wrote a batch norm's statistics); they are then
  /// called `NODE_name`.
  var parameters: [String] = []

  /// The number of inputs that carry feature maps, or nil if all do.
  var inputCount: Int? = 1

  /// Whether a label may follow, which inference does not need.
  var takesLabel = false

  /// Why the input must have been flattened, if it must.
  var needsFlatInput: String?

  /// Reads an operator under any of its names.
  ///
  /// - Throws: ``GraphError`` if the operator is unknown or an attribute requires something that
  ///   densecam does not compute.
  init(_ node: SymbolNode) throws(GraphError) {
    let attributes = try node.attributes()
    switch node.operatorName {
    case "Convolution": try self.init(convolution: attributes)
    case "BatchNorm": try self.init(batchNorm: attributes)
    case "FullyConnected": try self.init(fullyConnected: attributes)
    case "Pooling":
      self.init(operation: .pooling(try PoolingAttributes(attributes)))
    case "Activation":
      self.init(operation: .activation(try Activation(attributes)))
    case "LeakyReLU":
      try attributes.require("act_type", "leaky")
      let slope = try attributes.number("slope", default: 0.25)
      self.init(operation: .activation(.leakyReLU(slope: slope)))
    case "clip": self.init(operation: .activation(try Activation(clip: attributes)))
    case "_plus_scalar", "_PlusScalar": try self.init(.add, attributes)
    case "_minus_scalar", "_MinusScalar": try self.init(.subtract, attributes)
    case "_rminus_scalar", "_RMinusScalar": try self.init(.subtractFrom, attributes)
    case "_mul_scalar", "_MulScalar": try self.init(.multiply, attributes)
    case "_div_scalar", "_DivScalar": try self.init(.divide, attributes)
    case "_contrib_AdaptiveAvgPooling2D":
      self.init(operation: .pooling(try PoolingAttributes(adaptive: attributes)))
    case "hard_sigmoid":
      self.init(
        operation: .hardSigmoid(
          HardSigmoid(
            alpha: try attributes.number("alpha", default: 0.2),
            beta: try attributes.number("beta", default: 0.5))))
    case "relu": self.init(operation: .activation(.relu))
    case "sigmoid": self.init(operation: .activation(.sigmoid))
    case "tanh": self.init(operation: .activation(.tanh))
    case "Concat", "concat":
      guard try attributes.integer("dim", default: 1) == 1 else {
        throw attributes.error("dim", "is not the channel axis 1")
      }
      try attributes.requireInputCount(node.inputs.count)
      self.init(operation: .concatenation, inputCount: nil)
    case "elemwise_add", "_Plus", "_plus", "_add", "broadcast_add", "broadcast_plus":
      self.init(operation: .add, inputCount: 2)
    case "add_n", "ElementWiseSum":
      try attributes.requireInputCount(node.inputs.count)
      let isCopy = node.inputs.count == 1
      self.init(operation: isCopy ? .identity(.copy) : .add, inputCount: nil)
    case "Flatten", "flatten": self.init(operation: .flatten)
    case "Dropout":
      try attributes.require("mode", "training")
      self.init(operation: .identity(.dropout))
    case "_copy", "identity": self.init(operation: .identity(.copy))
    case "BlockGrad", "stop_gradient": self.init(operation: .identity(.blockGradient))
    case "SoftmaxOutput", "Softmax", "softmax", "SoftmaxActivation":
      try self.init(softmax: attributes, operatorName: node.operatorName)
    default:
      throw GraphError(
        .unknownOperator, node: node.name, "the operator \(node.operatorName) is not supported")
    }
  }

  private init(
    operation: Operation, parameters: [String] = [], inputCount: Int? = 1, takesLabel: Bool = false
  ) {
    self.operation = operation
    self.parameters = parameters
    self.inputCount = inputCount
    self.takesLabel = takesLabel
  }

  private init(
    _ operation: ScalarOperation, _ attributes: SymbolAttributes
  ) throws(GraphError) {
    let scalar = try attributes.number("scalar")
    guard operation != .divide || scalar != 0 else { throw attributes.error("scalar", "is zero") }
    self.init(operation: .activation(.scalar(operation, scalar)))
  }

  private init(convolution attributes: SymbolAttributes) throws(GraphError) {
    try attributes.require("layout", "NCHW")
    let convolution = ConvolutionAttributes(
      outputChannels: try attributes.count("num_filter"),
      kernel: try attributes.size("kernel"),
      stride: try attributes.size("stride", default: Size(1)),
      dilation: try attributes.size("dilate", default: Size(1)),
      padding: Padding(try attributes.size("pad", default: Size(0), minimum: 0)),
      groups: try attributes.count("num_group", default: 1),
      hasBias: try !attributes.flag("no_bias", default: false))
    guard convolution.outputChannels.isMultiple(of: convolution.groups) else {
      throw attributes.error(
        "num_group", "does not divide the \(convolution.outputChannels) channels")
    }
    self.init(
      operation: .convolution(convolution),
      parameters: convolution.hasBias ? ["weight", "bias"] : ["weight"])
  }

  private init(batchNorm attributes: SymbolAttributes) throws(GraphError) {
    guard try attributes.integer("axis", default: 1) == 1 else {
      throw attributes.error("axis", "is not the channel axis 1")
    }
    let epsilon = try attributes.number("eps", default: 1e-3)
    guard epsilon >= 0 else { throw attributes.error("eps", "is negative") }
    self.init(
      operation: .batchNorm(
        epsilon: epsilon, fixGamma: try attributes.flag("fix_gamma", default: true)),
      parameters: ["gamma", "beta", "moving_mean", "moving_var"])
  }

  private init(fullyConnected attributes: SymbolAttributes) throws(GraphError) {
    let hasBias = try !attributes.flag("no_bias", default: false)
    self.init(
      operation: .fullyConnected(outputs: try attributes.count("num_hidden"), hasBias: hasBias),
      parameters: hasBias ? ["weight", "bias"] : ["weight"])
    if try !attributes.flag("flatten", default: true) {
      needsFlatInput = "flatten=False acts on the last axis alone"
    }
  }

  /// Reads the four softmax operators.
  ///
  /// `SoftmaxOutput` works on axis 1, the others on the axis they name.
  private init(softmax attributes: SymbolAttributes, operatorName: String) throws(GraphError) {
    self.init(operation: .softmax, takesLabel: true)
    switch operatorName {
    case "softmax":
      takesLabel = false
      try attributes.require("temperature", "1", "1.0")
      guard try !attributes.flag("use_length", default: false) else {
        throw attributes.error("use_length", "is not supported")
      }
      switch try attributes.integer("axis", default: -1) {
      case 1: break
      case -1: needsFlatInput = "its axis -1 is the channel axis only of a flat input"
      default: throw attributes.error("axis", "is not the channel axis 1")
      }
    case "SoftmaxActivation":
      takesLabel = false
      try attributes.require("mode", "instance", "channel")
      if attributes.text("mode") != "channel" {
        needsFlatInput = "mode=instance runs over all elements of an image"
      }
    default:
      if try attributes.flag("preserve_shape", default: false) {
        needsFlatInput = "preserve_shape=True acts on the last axis alone"
      }
    }
  }
}

extension SymbolAttributes {
  /// Refuses a `num_args` that is not the number of inputs.
  fileprivate func requireInputCount(_ count: Int) throws(GraphError) {
    guard try self.count("num_args", default: max(count, 1)) == count else {
      throw error("num_args", "does not match its \(count) inputs")
    }
  }
}
