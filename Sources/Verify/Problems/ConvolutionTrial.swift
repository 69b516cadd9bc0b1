public import Kernels
public import Net

/// One convolution, its surrounding operations, and the numbers to compute it on.
///
/// As text it is the problem in benchdnn's notation, followed by its surroundings:
/// `mb1ic128ih28oc32oh28kh3ph1+bias+relu`.
public struct ConvolutionTrial: Hashable, Sendable {
  public var problem: ConvolutionProblem
  public var surroundings: Surroundings

  /// What the numbers are drawn from.
  public var seed: UInt64

  /// Which numbers are drawn.
  public var values: Values

  /// The operations around the convolution.
  public struct Surroundings: OptionSet, Hashable, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// A number that is added to each output channel.
    public static let bias = Surroundings(rawValue: 1)

    /// A batch norm and `max(0, ·)` in front.
    public static let prologue = Surroundings(rawValue: 2)

    /// `max(0, ·)` after.
    public static let relu = Surroundings(rawValue: 4)

    static let names: [(String, Surroundings)] = [
      ("bias", .bias), ("prologue", .prologue), ("relu", .relu),
    ]
  }

  public enum Values: Hashable, Sendable {
    /// Anything between −1 and 1.
    case uniform

    /// Integers of which every sum is exact in 32-bit floats; see ``ExactRange``.
    case integers

    /// Numbers of which many are subnormal, or whose products are; see ``ExtremeNumbers``.
    case small

    /// Numbers whose sums come near the largest float and beyond it.
    case large

    /// Zeros but for single elements, 1 or −1, of which no result sees two; see ``Impulses``.
    case impulses

    /// The numbers' name in reports.
    public var name: String {
      switch self {
      case .uniform: "ordinary numbers"
      case .integers: "integers"
      case .small: "near underflow"
      case .large: "near overflow"
      case .impulses: "impulses"
      }
    }
  }

  public init(
    _ problem: ConvolutionProblem, surroundings: Surroundings = [], seed: UInt64,
    values: Values = .uniform
  ) {
    self.problem = problem
    self.surroundings = surroundings
    self.seed = seed
    self.values = values
  }

  /// Reads a trial as ``description`` writes it.
  ///
  /// - Throws: ``ProblemError`` that names the invalid part.
  public init(notation text: String, seed: UInt64, values: Values = .uniform) throws(ProblemError) {
    let parts = ProblemWords.atPluses(text)
    var surroundings: Surroundings = []
    for part in parts.dropFirst() {
      guard let found = Surroundings.names.first(where: { $0.0 == part }) else {
        throw ProblemError(
          "\(text): +\(part) is none of +bias, +prologue and +relu")
      }
      surroundings.insert(found.1)
    }
    self.init(
      try ConvolutionProblem(notation: parts.first ?? ""), surroundings: surroundings, seed: seed,
      values: values)
  }

  /// The trial of a seed.
  public static func random(seed: UInt64, values: Values = .uniform) -> ConvolutionTrial {
    ConvolutionTrial(
      .random(seed: seed), surroundings: Surroundings(rawValue: Int(seed % 8)), seed: seed,
      values: values)
  }
}

extension ConvolutionTrial: CustomStringConvertible {
  public var description: String {
    Surroundings.names.reduce("\(problem)") { text, item in
      surroundings.contains(item.1) ? "\(text)+\(item.0)" : text
    }
  }
}

/// A network of a few nodes with its weights and its input.
public struct SmallNetwork: Sendable {
  public var graph: Graph
  public var parameters: Parameters
  public var input: Tensor<Float>

  /// The name of the node that is to be judged.
  public var layer: String
}

extension ConvolutionTrial {
  /// The network of this convolution and its surroundings.
  ///
  /// - Parameter name: The name of the convolution; the trial as text unless given.
  /// - Returns: The network, or nil if no integers keep its sums exact, or if impulses would go through a
  ///   prologue, which leaves no zeros.
  /// - Throws: ``GraphError`` if the sizes do not fit each other.
  public func network(named name: String? = nil) throws(GraphError) -> SmallNetwork? {
    var draw: any TrialNumbers
    switch values {
    case .uniform: draw = UniformNumbers(generator: SeededGenerator(seed: seed))
    case .impulses:
      guard !surroundings.contains(.prologue) else { return nil }
      draw = ImpulseNumbers(generator: SeededGenerator(seed: seed), impulses: Impulses(problem))
    case .small, .large:
      draw = ExtremeNumbers(
        generator: SeededGenerator(seed: seed), depth: problem.depth, isLarge: values == .large)
    case .integers:
      guard let range = ExactRange(problem, prologue: surroundings.contains(.prologue)) else {
        return nil
      }
      draw = IntegerNumbers(generator: SeededGenerator(seed: seed), range: range)
    }
    var nodes = [Node(name: "data", operation: .input, inputs: [])]
    var parameters = Parameters()
    let channels = [problem.input.channels]
    if surroundings.contains(.prologue) {
      let names = ["gamma", "beta", "mean", "variance"]
      parameters.add("gamma", Parameter(shape: channels, elements: draw.scales(channels[0])))
      parameters.add("beta", Parameter(shape: channels, elements: draw.shifts(channels[0])))
      let zeros = [Float](repeating: 0, count: channels[0])
      parameters.add("mean", Parameter(shape: channels, elements: zeros))
      parameters.add("variance", Parameter(shape: channels, elements: zeros.map { $0 + 1 }))
      nodes.append(
        Node(
          name: "norm", operation: .batchNorm(epsilon: 0, fixGamma: false), inputs: [0],
          parameters: names))
      nodes.append(Node(name: "norm_relu", operation: .activation(.relu), inputs: [1]))
    }
    let hasBias = surroundings.contains(.bias)
    parameters.add(
      "weight",
      Parameter(
        shape: [
          problem.outputChannels, problem.groupInputChannels, problem.kernel.height,
          problem.kernel.width,
        ], elements: draw.weights(problem.weightCount)))
    if hasBias {
      parameters.add(
        "bias",
        Parameter(shape: [problem.outputChannels], elements: draw.biases(problem.outputChannels)))
    }
    let layer = name ?? description
    nodes.append(
      Node(
        name: layer,
        operation: .convolution(
          ConvolutionAttributes(
            outputChannels: problem.outputChannels, kernel: problem.kernel,
            stride: problem.stride, dilation: problem.dilation, padding: problem.padding,
            groups: problem.groups, hasBias: hasBias)),
        inputs: [nodes.count - 1], parameters: ["weight"] + (hasBias ? ["bias"] : [])))
    if surroundings.contains(.relu) {
      nodes.append(Node(name: "relu", operation: .activation(.relu), inputs: [nodes.count - 1]))
    }
    return SmallNetwork(
      graph: try Graph(nodes: nodes, output: nodes.count - 1), parameters: parameters,
      input: Tensor(shape: problem.input, elements: draw.inputs(problem.input.count)),
      layer: layer)
  }
}
