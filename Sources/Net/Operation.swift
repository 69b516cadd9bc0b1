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
  /// statistics. With `fixGamma` the stored gamma is ignored and replaced by 1.
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

  /// An identity at inference: Dropout, identity, BlockGrad.
  case identity(Identity)

  /// Softmax over the channel axis.
  case softmax

  case hardSigmoid(HardSigmoid)
}

extension Operation {
  /// The operator, with everything about it except its error bound.
  var definition: any Operator {
    switch self {
    case .input: InputOperator()
    case .convolution(let attributes): attributes
    case .batchNorm(let epsilon, let fixGamma):
      BatchNormOperator(epsilon: epsilon, fixGamma: fixGamma)
    case .activation(let activation): activation
    case .pooling(let attributes): attributes
    case .concatenation: Concatenation()
    case .add: Addition()
    case .fullyConnected(let outputs, let hasBias):
      FullyConnected(outputs: outputs, hasBias: hasBias)
    case .flatten: Flatten()
    case .identity(let identity): identity
    case .softmax: SoftmaxOperator()
    case .hardSigmoid(let function): function
    }
  }

  /// The operator's name in MXNet, which reports and golden files use.
  public var name: String { definition.name }

  /// How many inputs the operation may have, its parameters not counted.
  var inputCount: ClosedRange<Int> { definition.inputCount }

  /// How many parameters the operation has.
  var parameterCount: Int { definition.parameterShapes(on: nil).count }
}
