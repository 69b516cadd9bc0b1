extension ConvolutionProblem {
  /// The multiply-adds of the largest random problem.
  public static let randomWork = 300_000

  /// A problem drawn from a seed: two in five such as Winograd computes, the others pointwise, depthwise,
  /// in narrow or wide groups, or anything.
  ///
  /// Sizes reach 65, channels 200, kernels 7, strides 3, dilations 2, paddings 3 and batches 3; problems
  /// of too much work are drawn again, so that one of them is large and the rest is small.
  public static func random(seed: UInt64) -> ConvolutionProblem {
    var generator = SeededGenerator(seed: seed &* 0x2545_F491_4F6C_DD1D)
    while true {
      if let problem = try? drawn(using: &generator),
        problem.output.count * problem.depth <= randomWork, problem.input.count <= randomWork / 4,
        problem.output.count <= randomWork / 4
      {
        return problem
      }
    }
  }

  private static func drawn(using generator: inout SeededGenerator) throws -> ConvolutionProblem {
    func any(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    func channels() -> Int { any([1...4, 1...16, 1...40, 100...200][any(0...3)]) }
    func side() -> Int { any([1...4, 1...16, 1...65, 50...65][any(0...3)]) }
    func square(_ range: ClosedRange<Int>) -> Size { Size(height: any(range), width: any(range)) }
    let kind = any(0...19)
    var kernel = square(1...7)
    var stride = square(1...3)
    var dilation = square(1...2)
    var padding = Padding(
      top: any(0...3), left: any(0...3), bottom: any(0...3), right: any(0...3))
    var groups = 1
    var inputs = channels()
    var outputs = channels()
    switch kind {
    case 0..<8:
      (kernel, stride, dilation) = (Size(3), Size(1), Size(1))
    case 8..<11:
      (kernel, stride, dilation, padding) = (Size(1), Size(1), Size(1), Padding(0))
    case 11..<13:
      groups = inputs
      outputs = inputs * any(1...2)
    case 13..<15:
      groups = any(2...10)
      inputs = groups * any(2...20)
      outputs = groups * any([1...3, 1...20][any(0...1)])
    case 15..<17:
      groups = any(2...3)
      inputs = groups * any(1...40)
      outputs = groups * 8 * any(1...8)
    default:
      break
    }
    return try ConvolutionProblem(
      input: TensorShape(
        batch: any(1...3), channels: inputs, height: side(), width: side()),
      outputChannels: outputs, kernel: kernel, stride: stride, dilation: dilation,
      padding: padding, groups: groups)
  }

  /// The neighbouring operations to fuse with the problem of a seed, where a backend offers them.
  package static func randomFusions(seed: UInt64) -> Fusions {
    let all: [Fusions] = [
      [], .relu, .prologue, [.prologue, .relu], .averagePool, [.averagePool, .prologue, .relu],
    ]
    return all[Int(seed % UInt64(all.count))]
  }
}
