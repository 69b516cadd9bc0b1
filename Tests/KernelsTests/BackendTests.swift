import Kernels
import TestSupport
import Testing

@Suite("Backends") struct BackendTests {
  /// Corner cases, each of which has broken somebody's kernel.
  static let problems: [ConvolutionProblem] = {
    func problem(
      _ batch: Int, _ channels: Int, _ size: (Int, Int), _ out: Int, _ kernel: (Int, Int),
      stride: (Int, Int) = (1, 1), dilation: (Int, Int) = (1, 1),
      padding: (Int, Int, Int, Int) = (0, 0, 0, 0), groups: Int = 1
    ) -> ConvolutionProblem? {
      try? ConvolutionProblem(
        input: TensorShape(batch: batch, channels: channels, height: size.0, width: size.1),
        outputChannels: out, kernel: Size(height: kernel.0, width: kernel.1),
        stride: Size(height: stride.0, width: stride.1),
        dilation: Size(height: dilation.0, width: dilation.1),
        padding: Padding(top: padding.0, left: padding.1, bottom: padding.2, right: padding.3),
        groups: groups)
    }
    let all = [
      problem(1, 1, (1, 1), 1, (1, 1)),
      problem(1, 3, (7, 5), 2, (3, 3), padding: (1, 1, 1, 1)),
      problem(1, 64, (56, 56), 128, (1, 1)),
      problem(1, 128, (28, 28), 32, (3, 3), padding: (1, 1, 1, 1)),
      problem(1, 3, (64, 64), 16, (7, 7), stride: (2, 2), padding: (3, 3, 3, 3)),
      problem(2, 17, (13, 11), 31, (1, 1)),
      problem(3, 8, (9, 9), 12, (3, 3), stride: (2, 2), padding: (0, 1, 1, 0)),
      problem(1, 6, (10, 12), 9, (1, 7), padding: (0, 3, 0, 3)),
      problem(1, 6, (12, 10), 9, (7, 1), padding: (3, 0, 3, 0)),
      problem(1, 12, (9, 9), 12, (3, 3), padding: (1, 1, 1, 1), groups: 12),
      problem(2, 12, (9, 9), 18, (3, 3), padding: (1, 1, 1, 1), groups: 3),
      problem(1, 4, (15, 15), 4, (3, 3), dilation: (2, 3), padding: (2, 3, 2, 3)),
      problem(1, 5, (8, 8), 7, (1, 1), stride: (3, 3)),
      problem(1, 5, (8, 8), 7, (1, 1), padding: (1, 1, 1, 1)),
      problem(1, 2, (2, 2), 3, (5, 5), padding: (3, 3, 3, 3)),
      problem(1, 2, (1, 40), 3, (1, 4), stride: (1, 5), padding: (0, 2, 0, 9)),
      problem(1, 1664, (1, 1), 1000, (1, 1)),
      problem(1, 1200, (7, 7), 128, (1, 1)),
    ]
    return all.compactMap { $0 }
  }()

  static let combinations: [Combination] = Backends.all.flatMap { backend in
    InstructionSet.supported.map { Combination(backend: backend, instructionSet: $0) }
  }

  struct Combination: Sendable, CustomStringConvertible {
    let backend: any ConvolutionBackend
    let instructionSet: InstructionSet
    var description: String { "\(backend.name) \(instructionSet.rawValue)" }
  }

  /// The most that rounding can do: K + 2 roundings of each product (Higham 2002, section 3.1), the
  /// prologue's two and the ReLU's none included.
  func agrees(_ item: ConvolutionCase, _ combination: Combination, threads: Int) throws {
    let team = try WorkerTeam(count: threads)
    let (output, guards) = try item.run(
      on: combination.backend, instructionSet: combination.instructionSet, team: team)
    let (values, magnitudes) = item.expected()
    let rounding = Double(item.problem.depth + 2) * 0x1p-24
    // A prologue's rounding is relative to its own terms, at most 2 here, times Σ|w|.
    let prologue = item.fusions.contains(.prologue) ? Double(item.problem.depth) * 0x1p-22 : 0
    for i in values.indices {
      let error = (Double(output[i]) - values[i]).magnitude
      let allowed = rounding * magnitudes[i] + prologue + 0x1p-24 * values[i].magnitude
      try #require(error <= allowed, "\(item) element \(i): \(output[i]), not \(values[i])")
    }
    #expect(guards.allSatisfy { $0 == 12345 }, "\(item): wrote behind the output")
  }

  @Test("agree with the definition", arguments: combinations, problems)
  func corner(combination: Combination, problem: ConvolutionProblem) throws {
    try agrees(ConvolutionCase(problem, seed: 7), combination, threads: 2)
  }

  @Test("agree with the definition on random problems", arguments: combinations)
  func random(combination: Combination) throws {
    for seed in UInt64(1)...60 {
      try agrees(ConvolutionCase(random: seed, fusions: []), combination, threads: 2)
    }
  }

  @Test("compute what they offer to fuse", arguments: combinations)
  func fused(combination: Combination) throws {
    for seed in UInt64(100)...140 {
      let problem = ConvolutionCase(random: seed, fusions: []).problem
      let offered = combination.backend.fusions(for: problem)
      for fusions in [Fusions.prologue, .relu, [.prologue, .relu]] where offered.contains(fusions) {
        try agrees(ConvolutionCase(random: seed, fusions: fusions), combination, threads: 1)
      }
    }
  }

  @Test("give the same bits for any number of threads", arguments: combinations, problems)
  func threads(combination: Combination, problem: ConvolutionProblem) throws {
    let item = ConvolutionCase(problem, seed: 11)
    let outputs = try [1, 2, 7].map { count in
      try item.run(
        on: combination.backend, instructionSet: combination.instructionSet,
        team: WorkerTeam(count: count)
      ).output.map(\.bitPattern)
    }
    #expect(outputs[0] == outputs[1] && outputs[0] == outputs[2])
  }

  @Test("spread NaN from the input to the output", arguments: combinations)
  func spreadsNaN(combination: Combination) throws {
    let problem = try ConvolutionProblem(
      input: TensorShape(channels: 4, height: 6, width: 6), outputChannels: 4, kernel: Size(1))
    let prepared = try combination.backend.prepare(
      problem, weights: WeightBuffer([Float](repeating: 1, count: 16)), bias: nil,
      fusion: combination.backend.fusions(for: problem).contains(.relu)
        ? Fusion(relu: true) : .none, instructionSet: combination.instructionSet)
    var input = [Float](repeating: 1, count: problem.input.count)
    input[7] = .nan
    var output = [Float](repeating: 0, count: problem.output.count)
    var scratch = [Float](repeating: 0, count: prepared.scratchCount + 1)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        scratch.withUnsafeMutableBufferPointer { scratch in
          guard let input = input.baseAddress, let output = output.baseAddress,
            let scratch = scratch.baseAddress
          else { return }
          for task in 0..<prepared.taskCount {
            prepared.run(
              task: task,
              input: FeatureView(
                base: input, shape: problem.input, batchStride: problem.input.imageCount),
              output: MutableFeatureView(
                base: output, shape: problem.output, batchStride: problem.output.imageCount),
              scratch: scratch)
          }
        }
      }
    }
    for channel in 0..<4 { #expect(output[channel * 36 + 7].isNaN) }
    #expect(output.count { $0.isNaN } == 4)
  }

  @Test("refuse weights that do not fit", arguments: combinations)
  func wrongWeights(combination: Combination) throws {
    let problem = try ConvolutionProblem(
      input: TensorShape(channels: 2, height: 3, width: 3), outputChannels: 2, kernel: Size(3))
    #expect(throws: KernelError.self) {
      try combination.backend.prepare(
        problem, weights: WeightBuffer([1, 2, 3]), bias: nil, fusion: .none,
        instructionSet: combination.instructionSet)
    }
    #expect(throws: KernelError.self) {
      try combination.backend.prepare(
        problem, weights: WeightBuffer([Float](repeating: 1, count: 36)), bias: [1],
        fusion: .none, instructionSet: combination.instructionSet)
    }
  }
}
