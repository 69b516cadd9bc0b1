import Kernels
import Net

/// What one operator does to errors; see ``NodeBounds``.
protocol OperatorBound {
  /// The error of the output that errors of the inputs can cause, for errors of any size.
  ///
  /// Unless stated, that is the operation itself applied to the errors: an average of errors, the largest
  /// error under a window, a sum of errors.
  func propagate(_ deltas: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Tensor<Double>

  /// The rounding errors that the operator adds in 32-bit floats; none unless stated.
  func own(_ inputs: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Allowance

  /// Whether an element of the output may depend on elements other than the one at its place.
  var mixesElements: Bool { get }
}

extension OperatorBound {
  func propagate(_ deltas: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Tensor<Double>
  {
    try context.bounds.evaluator.evaluate(context.index, inputs: deltas)
  }

  func own(_ inputs: [Tensor<Double>], output: Tensor<Double>, _ context: BoundContext) throws
    -> Allowance
  {
    .zero(output.shape)
  }

  var mixesElements: Bool { false }
}

/// The node that a bound is of, and what is computed with it.
struct BoundContext {
  let bounds: NodeBounds
  let index: Int

  /// How a convolution is summed.
  var algorithm = Algorithm.reassociated

  /// Roundings that each weight of a convolution has gone through before.
  var extraRoundings = 0

  /// What is computed in one pass with a convolution.
  var around = ConvolutionPass()

  var node: Node { bounds.graph.nodes[index] }
  var parameters: Parameters { bounds.parameters }
  var team: WorkerTeam { bounds.team }
}

extension Operation {
  /// What the operation does to errors.
  var bound: any OperatorBound {
    switch self {
    case .convolution, .fullyConnected: ConvolutionBound()
    case .batchNorm: BatchNormBound()
    case .activation(let activation): ActivationBound(activation: activation)
    case .pooling(let attributes): PoolingBound(attributes: attributes)
    case .add: AdditionBound()
    case .softmax: SoftmaxBound()
    case .hardSigmoid(let function): HardSigmoidBound(function: function)
    case .concatenation: ExactBound(mixesElements: true)
    case .input, .flatten, .identity: ExactBound(mixesElements: false)
    }
  }
}

/// An operator that moves elements and computes nothing.
struct ExactBound: OperatorBound {
  let mixesElements: Bool
}
