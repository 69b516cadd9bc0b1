import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

/// The bounds of operators that were added for other people's networks.
@Suite("Bounds of scalar operators, clip and adaptive pooling") struct VerifierOperatorTests {
  static let scalars: [(ScalarOperation, Double)] = [
    (.add, 0.1), (.add, 1e6), (.subtract, 127.5), (.subtract, 123.675), (.subtractFrom, 1),
    (.subtractFrom, -7.3), (.multiply, 0.0078125), (.multiply, 1 / 58.395), (.multiply, -3e-39),
    (.multiply, 0), (.divide, 58.395), (.divide, -0.3), (.divide, 1e-3),
  ]

  /// What a kernel may do that computes in 32 bits: round the number, and round the result.
  private static func single(_ operation: ScalarOperation, _ x: Float, _ scalar: Double) -> Float {
    let s = Float(scalar)
    return switch operation {
    case .add: x + s
    case .subtract: x - s
    case .subtractFrom: s - x
    case .multiply: x * s
    case .divide: x / s
    }
  }

  private func bounds(_ operation: Operation, _ shape: TensorShape) throws -> NodeBounds {
    let network = try GoldenNetwork([.init("n", operation)], shape: shape)
    return NodeBounds(
      evaluator: ReferenceEvaluator(
        graph: network.graph, parameters: network.parameters, team: network.team),
      team: network.team)
  }

  @Test("hold for 32-bit arithmetic, and not for much worse", arguments: scalars)
  func scalar(operation: ScalarOperation, scalar: Double) throws {
    var generator = SeededGenerator(seed: 12)
    let shape = TensorShape(channels: 5000)
    let input = generator.floats(shape.count).map { 200 * $0 }
    let bounds = try bounds(.activation(.scalar(operation, scalar)), shape)
    let exact = Tensor(shape: shape, elements: input.map(Double.init))
    let output = try bounds.evaluator.evaluate(1, inputs: [exact])
    let allowed = try bounds.own(
      1, inputs: [exact], output: output, algorithm: nil, extraRoundings: 0)
    var largest = 0.0
    for (i, x) in input.enumerated() {
      let error = (Double(Self.single(operation, x, scalar)) - output.elements[i]).magnitude
      #expect(error <= allowed.likely.elements[i], "\(x) \(scalar)")
      if error > 0 { largest = max(largest, error / allowed.likely.elements[i]) }
      // Three roundings more would show.
      let bound = 3 * 0x1p-24 * (output.elements[i].magnitude + scalar.magnitude) + 0x1p-149
      #expect(allowed.likely.elements[i] <= bound || scalar.magnitude < 0x1p-126)
    }
    // A product with a power of two is exact, and so is one with zero.
    #expect(largest > 0.4 || [0, 0.0078125].contains(scalar), "\(largest)")
  }

  @Test("pass on no less than an error of the input does", arguments: scalars)
  func propagated(operation: ScalarOperation, scalar: Double) throws {
    let shape = TensorShape(channels: 3)
    let activation = Activation.scalar(operation, scalar)
    let bounds = try bounds(.activation(activation), shape)
    let delta = Tensor(shape: shape, elements: [0, 1e-3, 5])
    let inputs = [-3, 0.25, 100].map { Double($0) }
    func value(_ x: [Double]) throws -> [Double] {
      try bounds.evaluator.evaluate(1, inputs: [Tensor(shape: shape, elements: x)]).elements
    }
    let passed = try bounds.propagate(
      1, deltas: [delta], output: Tensor(shape: shape, elements: value(inputs)))
    let moved = zip(
      try value(zip(inputs, delta.elements).map { $0 + $1 }), try value(inputs)
    ).map { ($0 - $1).magnitude }
    for (bound, moved) in zip(passed.elements, moved) {
      // Taking one from the other leaves the rounding of a million in double precision.
      #expect((moved - bound).magnitude <= 1e-9 * max(1, bound))
    }
  }

  @Test(
    "hold for a hard sigmoid in 32 bits, and not for one with other numbers",
    arguments: [(0.2, 0.5), (-1.7, 0.3), (1e-3, 0.1), (0.3, -2.5)])
  func hardSigmoid(alpha: Double, beta: Double) throws {
    var generator = SeededGenerator(seed: 13)
    let shape = TensorShape(channels: 5000)
    let input = generator.floats(shape.count).map { 3.7 * $0 / Float(alpha.magnitude) }
    let function = HardSigmoid(alpha: alpha, beta: beta)
    let bounds = try bounds(.hardSigmoid(function), shape)
    let exact = Tensor(shape: shape, elements: input.map(Double.init))
    let output = try bounds.evaluator.evaluate(1, inputs: [exact])
    let allowed = try bounds.own(
      1, inputs: [exact], output: output, algorithm: nil, extraRoundings: 0)
    /// The most by which results of 32-bit arithmetic exceed the bound, as a factor of it.
    func worst(_ alpha: Float, _ beta: Float) -> Double {
      input.indices.map { i in
        let y = min(1, max(0, alpha * input[i] + beta))
        return (Double(y) - output.elements[i]).magnitude / allowed.likely.elements[i]
      }.max() ?? 0
    }
    #expect(worst(Float(alpha), Float(beta)) <= 1)
    #expect(worst(Float(alpha), Float(beta)) > 0.1)
    // A few units in the last place of either number show.
    #expect(worst(Float(alpha) * (1 + 0x1p-20), Float(beta)) > 1)
    #expect(worst(Float(alpha), Float(beta) * (1 + 0x1p-20)) > 1)
    let delta = Tensor(shape: shape, repeating: 1e-3)
    let passed = try bounds.propagate(1, deltas: [delta], output: output)
    let moved = try bounds.evaluator.evaluate(
      1, inputs: [Tensor(shape: shape, elements: exact.elements.map { $0 + 1e-3 })])
    for i in output.elements.indices {
      #expect((moved.elements[i] - output.elements[i]).magnitude <= passed.elements[i] * 1.000_001)
    }
  }

  /// A network that takes its mean off and clips, with two adaptive poolings.
  private static func network(
    mean: Double = 123.675, clip: Float = 2, output: Int = 3
  ) throws -> GoldenNetwork {
    try GoldenNetwork([
      .init("minus", .activation(.scalar(.subtract, mean))),
      .init("mul", .activation(.scalar(.multiply, 1 / 58.395))),
      .init("conv0", .convolution(20, 3)),
      .init("relu6", .activation(.clip(minimum: 0, maximum: clip))),
      .init(
        "adaptive",
        .pooling(
          PoolingAttributes(
            .average, kernel: Size(1), adaptiveOutput: Size(height: 5, width: 4)))),
      .init("hard", .hardSigmoid(HardSigmoid(alpha: 0.3, beta: 0.4))),
      .init("conv1", .convolution(20, 1)),
      .init("div", .activation(.scalar(.divide, 0.3))),
      .init("rminus", .activation(.scalar(.subtractFrom, 1))),
      .init(
        "small",
        .pooling(PoolingAttributes(.average, kernel: Size(1), adaptiveOutput: Size(output)))),
      .init("conv2", .convolution(6, 1)),
      .init("pool", .globalAverage), .init("soft", .softmax),
    ])
  }

  @Test("let right kernels pass", arguments: InstructionSet.supported, [true, false])
  func right(instructionSet: InstructionSet, isFused: Bool) throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try Self.network()
    try network.record(path)
    var options = isFused ? PlanOptions.standard : .unfused
    options.instructionSet = instructionSet
    let result = try network.verify(path, BackendRegistry.builtIn.all, plan: options)
    let wrong = result.layers.filter { $0.verdict != .pass && $0.verdict != .fellBack }
    #expect(wrong.isEmpty, "\(wrong.map { ($0.layer, $0.verdict, $0.deviation, $0.reason) })")
    #expect(result.verdict == .pass && result.maps.allSatisfy(\.hasBound))
    let operations = Set(result.layers.map(\.operation))
    #expect(operations.isSuperset(of: ["clip", "_mul_scalar", "hard_sigmoid"]))
  }

  /// The golden of one network is not that of another that differs in one number.
  @Test("do not let another number pass", arguments: ["mean", "clip"])
  func wrong(attribute: String) throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    try Self.network().record(path)
    let other =
      attribute == "mean"
      ? try Self.network(mean: 123.676) : try Self.network(clip: 1.99)
    let error = #expect(throws: GoldenError.self) { try other.verify(path) }
    #expect(error?.code == .mismatch)
    #expect(error?.cause.contains(attribute == "mean" ? "minus" : "relu6") == true)
  }
}
