public import Kernels

/// One convolution with seeded data, and what it should give.
public struct ConvolutionCase: Sendable, CustomStringConvertible {
  public let problem: ConvolutionProblem
  public let seed: UInt64
  public let fusions: Fusions
  public let hasBias: Bool

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

  /// The data: input, weights, bias and prologue.
  public var data: (input: [Float], weights: [Float], bias: [Float]?, prologue: ScaleShift?) {
    var generator = SeededGenerator(seed: seed &+ 1)
    return (
      generator.floats(problem.input.count), generator.floats(problem.weightCount),
      hasBias ? generator.floats(problem.outputChannels) : nil,
      fusions.contains(.prologue)
        ? ScaleShift(
          scale: generator.floats(problem.input.channels),
          shift: generator.floats(problem.input.channels), relu: true) : nil
    )
  }

  /// The result and, for each element, `Σ|w||x| + |bias|`, by the definition: one loop for each
  /// index, nothing shared with the library.
  public func expected() -> (values: [Double], magnitudes: [Double]) {
    let (input, weights, bias, prologue) = data
    let p = problem
    func x(_ n: Int, _ c: Int, _ row: Int, _ column: Int) -> Double {
      guard (0..<p.input.height).contains(row), (0..<p.input.width).contains(column) else {
        return 0
      }
      let value = Double(
        input[((n * p.input.channels + c) * p.input.height + row) * p.input.width + column])
      guard let prologue else { return value }
      return max(0, Double(prologue.scale[c]) * value + Double(prologue.shift[c]))
    }
    var values: [Double] = []
    var magnitudes: [Double] = []
    for n in 0..<p.output.batch {
      for o in 0..<p.outputChannels {
        let group = o / p.groupOutputChannels
        for y in 0..<p.output.height {
          for column in 0..<p.output.width {
            var sum = Double(bias?[o] ?? 0)
            var magnitude = sum.magnitude
            for c in 0..<p.groupInputChannels {
              for ky in 0..<p.kernel.height {
                for kx in 0..<p.kernel.width {
                  let w = Double(
                    weights[
                      ((o * p.groupInputChannels + c) * p.kernel.height + ky) * p.kernel.width
                        + kx])
                  let value = x(
                    n, group * p.groupInputChannels + c,
                    y * p.stride.height + ky * p.dilation.height - p.padding.top,
                    column * p.stride.width + kx * p.dilation.width - p.padding.left)
                  sum += w * value
                  magnitude += (w * value).magnitude
                }
              }
            }
            values.append(fusions.contains(.relu) ? max(0, sum) : sum)
            magnitudes.append(magnitude)
          }
        }
      }
    }
    return (values, magnitudes)
  }

  /// Runs the case on a backend, with NaN in the output and the scratch memory beforehand and guards
  /// behind the output.
  ///
  /// - Returns: The output and the guard behind it.
  public func run(
    on backend: any ConvolutionBackend, instructionSet: InstructionSet, team: WorkerTeam
  ) throws -> (output: [Float], guards: [Float]) {
    let (input, weights, bias, prologue) = data
    let prepared = try backend.prepare(
      problem, weights: WeightBuffer(weights), bias: bias,
      fusion: Fusion(prologue: prologue, relu: fusions.contains(.relu)),
      instructionSet: instructionSet)
    let count = problem.output.count
    var output = [Float](repeating: .nan, count: count + 16)
    for i in count..<(count + 16) { output[i] = 12345 }
    let scratchCount = prepared.scratchCount + 16
    var scratch = [Float](repeating: .nan, count: scratchCount * team.count)
    input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        scratch.withUnsafeMutableBufferPointer { scratch in
          guard let source = source.baseAddress, let target = target.baseAddress,
            let scratch = scratch.baseAddress
          else { return }
          let from = FeatureView(
            base: source, shape: problem.input, batchStride: problem.input.imageCount)
          let to = MutableFeatureView(
            base: target, shape: problem.output, batchStride: problem.output.imageCount)
          team.run(taskCount: prepared.taskCount) { worker, task in
            prepared.run(
              task: task, input: from, output: to, scratch: scratch + worker * scratchCount)
          }
        }
      }
    }
    return (Array(output[..<count]), Array(output[count...]))
  }
}
