extension Operation {
  /// The operator's name in MXNet, which reports and golden files use.
  public var name: String {
    switch self {
    case .input: "input"
    case .convolution: "Convolution"
    case .batchNorm: "BatchNorm"
    case .activation(.leakyReLU): "LeakyReLU"
    case .activation(.clip): "clip"
    case .activation(.scalar(let operation, _)): operation.rawValue
    case .activation: "Activation"
    case .pooling(let pooling):
      pooling.adaptiveOutput == nil ? "Pooling" : "_contrib_AdaptiveAvgPooling2D"
    case .concatenation: "Concat"
    case .add: "add"
    case .fullyConnected: "FullyConnected"
    case .flatten: "Flatten"
    case .identity(let identity): identity.rawValue
    case .softmax: "softmax"
    }
  }

  /// How many inputs the operation may have, its parameters not counted.
  var inputCount: ClosedRange<Int> {
    switch self {
    case .input: 0...0
    case .concatenation: 1...Int.max
    case .add: 2...Int.max
    default: 1...1
    }
  }

  /// How many parameters the operation has.
  var parameterCount: Int {
    switch self {
    case .convolution(let attributes): attributes.hasBias ? 2 : 1
    case .fullyConnected(_, let hasBias): hasBias ? 2 : 1
    case .batchNorm: 4
    default: 0
    }
  }
}
