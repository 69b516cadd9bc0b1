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

  /// The data: input, weights, bias and prologue.
  public var data: (input: [Float], weights: [Float], bias: [Float]?, prologue: ScaleShift?) {
    var generator = SeededGenerator(seed: seed &+ 1)
    var input = generator.floats(inputShape.count)
    if let poisoned { input[poisoned] = .nan }
    return (
      input, generator.floats(problem.weightCount),
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
    func element(_ n: Int, _ c: Int, _ row: Int, _ column: Int) -> Double {
      let shape = inputShape
      let value = Double(
        input[((n * shape.channels + c) * shape.height + row) * shape.width + column])
      guard let prologue else { return value }
      return max(0, Double(prologue.scale[c]) * value + Double(prologue.shift[c]))
    }
    func x(_ n: Int, _ c: Int, _ row: Int, _ column: Int) -> Double {
      guard (0..<p.input.height).contains(row), (0..<p.input.width).contains(column) else {
        return 0
      }
      guard let window else { return element(n, c, row, column) }
      var sum = 0.0
      for i in 0..<window.height {
        for j in 0..<window.width {
          sum += element(n, c, row * window.height + i, column * window.width + j)
        }
      }
      return sum / Double(window.height * window.width)
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
  /// behind the output and the memory of each thread.
  ///
  /// - Returns: The output in `[N, C, H, W]` order, and the guards.
  public func run(
    on backend: any ConvolutionBackend, instructionSet: InstructionSet, team: WorkerTeam
  ) throws -> (output: [Float], guards: [Float]) {
    let (input, weights, bias, prologue) = data
    let prepared = try backend.prepare(
      problem, weights: WeightBuffer(weights), bias: bias,
      fusion: Fusion(
        prologue: prologue, averagePool: window, relu: fusions.contains(.relu)),
      instructionSet: instructionSet)
    let layouts = backend.layouts(for: problem, instructionSet: instructionSet)
    let guardCount = 16
    let guardValue: Float = 12345
    let inputImage = layouts.input.imageCount(of: inputShape)
    let outputImage = layouts.output.imageCount(of: problem.output)
    let outputCount = outputImage * problem.output.batch
    // Lanes without a channel may hold anything.
    var source = [Float](repeating: .nan, count: inputImage * inputShape.batch)
    var target = [Float](repeating: .nan, count: outputCount + guardCount)
    var output = [Float](repeating: .nan, count: problem.output.count)
    let scratchCount = prepared.scratchCount + guardCount
    var scratch = [Float](
      repeating: .nan, count: scratchCount * team.count + prepared.workspaceCount + guardCount)
    let guards = Array(outputCount..<(outputCount + guardCount))
    for i in guards { target[i] = guardValue }
    let inner =
      (0..<team.count).flatMap { worker in
        ((worker + 1) * scratchCount - guardCount)..<((worker + 1) * scratchCount)
      } + ((scratch.count - guardCount)..<scratch.count)
    for i in inner { scratch[i] = guardValue }
    input.withUnsafeBufferPointer { input in
      source.withUnsafeMutableBufferPointer { source in
        guard let input = input.baseAddress, let source = source.baseAddress else { return }
        let from = FeatureView(
          base: input, shape: inputShape, batchStride: inputShape.imageCount)
        let to = MutableFeatureView(
          base: source, shape: inputShape, layout: layouts.input, batchStride: inputImage)
        for image in 0..<inputShape.batch {
          Reorder.copy(from, to: to, image: image, channels: 0..<inputShape.channels)
        }
      }
    }
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        scratch.withUnsafeMutableBufferPointer { scratch in
          guard let source = source.baseAddress, let target = target.baseAddress,
            let scratch = scratch.baseAddress
          else { return }
          prepared.run(
            on: team,
            input: FeatureView(
              base: source, shape: inputShape, layout: layouts.input, batchStride: inputImage),
            output: MutableFeatureView(
              base: target, shape: problem.output, layout: layouts.output,
              batchStride: outputImage)
          ) { worker in
            TaskMemory(
              scratch: scratch + worker * scratchCount,
              workspace: scratch + team.count * scratchCount)
          }
        }
      }
    }
    target.withUnsafeBufferPointer { target in
      output.withUnsafeMutableBufferPointer { output in
        guard let target = target.baseAddress, let output = output.baseAddress else { return }
        let from = FeatureView(
          base: target, shape: problem.output, layout: layouts.output, batchStride: outputImage)
        let to = MutableFeatureView(
          base: output, shape: problem.output, batchStride: problem.output.imageCount)
        for image in 0..<problem.output.batch {
          Reorder.copy(from, to: to, image: image, channels: 0..<problem.output.channels)
        }
      }
    }
    return (output, guards.map { target[$0] } + inner.map { scratch[$0] })
  }
}
