public import Kernels

/// One convolution with seeded data, and what it should give.
public struct ConvolutionCase: Sendable, CustomStringConvertible {
  public let problem: ConvolutionProblem
  public let seed: UInt64
  public let fusions: Fusions
  public let hasBias: Bool

  /// The element of the input that is NaN, if one is.
  public var poisoned: Int?

  public init(
    _ problem: ConvolutionProblem, seed: UInt64, fusions: Fusions = [], hasBias: Bool = true
  ) {
    self.problem = problem
    self.seed = seed
    self.fusions = fusions
    self.hasBias = hasBias
  }

  public var description: String {
    "\(problem) pad \(problem.padding) seed \(seed) fusions \(fusions.rawValue) bias \(hasBias)"
  }

  /// The windows that the input is averaged over first, if that is among the fusions.
  public var window: Size? { fusions.contains(.averagePool) ? Size(height: 2, width: 3) : nil }

  /// The shape of the input, before it is averaged.
  public var inputShape: TensorShape {
    guard let window else { return problem.input }
    // One row and one column that fill no window.
    return TensorShape(
      batch: problem.input.batch, channels: problem.input.channels,
      height: problem.input.height * window.height + 1,
      width: problem.input.width * window.width + 1)
  }

  /// A problem whose every number is drawn from the seed.
  public init(random seed: UInt64, fusions: Fusions) {
    var generator = SeededGenerator(seed: seed)
    while true {
      let groups = [1, 1, 1, 2, 3].randomElement(using: &generator) ?? 1
      let pad = { (g: inout SeededGenerator) in Int.random(in: 0...3, using: &g) }
      let problem = try? ConvolutionProblem(
        input: TensorShape(
          batch: Int.random(in: 1...2, using: &generator),
          channels: groups * Int.random(in: 1...20, using: &generator),
          height: Int.random(in: 1...24, using: &generator),
          width: Int.random(in: 1...24, using: &generator)),
        outputChannels: groups * Int.random(in: 1...40, using: &generator),
        kernel: Size(
          height: Int.random(in: 1...7, using: &generator),
          width: Int.random(in: 1...7, using: &generator)),
        stride: Size(
          height: Int.random(in: 1...3, using: &generator),
          width: Int.random(in: 1...3, using: &generator)),
        dilation: Size(
          height: Int.random(in: 1...2, using: &generator),
          width: Int.random(in: 1...2, using: &generator)),
        padding: Padding(
          top: pad(&generator), left: pad(&generator), bottom: pad(&generator),
          right: pad(&generator)), groups: groups)
      if let problem {
        self.init(
          problem, seed: seed, fusions: fusions, hasBias: Bool.random(using: &generator))
        return
      }
    }
  }

  /// The numbers of the case, drawn from the seed.
  public var data: ConvolutionData {
    var generator = SeededGenerator(seed: seed &+ 1)
    var input = generator.floats(inputShape.count)
    if let poisoned { input[poisoned] = .nan }
    return ConvolutionData(
      input: input, weights: generator.floats(problem.weightCount),
      bias: hasBias ? generator.floats(problem.outputChannels) : nil,
      prologue: fusions.contains(.prologue)
        ? ScaleShift(
          scale: generator.floats(problem.input.channels),
          shift: generator.floats(problem.input.channels),
          relu: Bool.random(using: &generator)) : nil)
  }
}

/// The numbers that a convolution is computed from.
public struct ConvolutionData: Sendable {
  /// `[N, C, H, W]`.
  public var input: [Float]

  /// `[outputChannels, groupInputChannels, kH, kW]`.
  public var weights: [Float]

  public var bias: [Float]?
  public var prologue: ScaleShift?

  public init(input: [Float], weights: [Float], bias: [Float]?, prologue: ScaleShift?) {
    self.input = input
    self.weights = weights
    self.bias = bias
    self.prologue = prologue
  }
}
