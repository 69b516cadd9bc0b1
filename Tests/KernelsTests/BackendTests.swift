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
      problem(2, 20, (7, 7), 33, (3, 3), padding: (1, 1, 1, 1)),
      problem(1, 9, (13, 30), 17, (3, 3), padding: (0, 2, 1, 0)),
      problem(1, 16, (3, 3), 8, (3, 3)),
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
      // Strides, gaps and paddings that are far larger than what is read.
      problem(2, 17, (9, 8), 9, (3, 2), stride: (1 << 12, 1 << 11), padding: (1, 1, 0, 0)),
      problem(1, 20, (9, 9), 5, (3, 3), stride: (500, 400), padding: (500, 400, 1000, 800)),
      problem(1, 3, (9, 3000), 20, (3, 3), stride: (4, 700), padding: (1, 0, 1, 900)),
      problem(1, 18, (3, 40), 33, (2, 3), dilation: (900, 17), padding: (900, 3, 0, 3)),
      problem(1, 2, (4, 4), 3, (3, 3), dilation: (3000, 3000), padding: (3000, 2998, 3001, 3004)),
      problem(1, 16, (40, 6), 16, (3, 3), stride: (13, 1), padding: (0, 1, 0, 1), groups: 16),
      problem(1, 12, (30, 31), 18, (2, 2), stride: (7, 9), dilation: (5, 6), groups: 3),
      // Rows and columns at the end that nothing looks at.
      problem(1, 5, (8, 9), 6, (3, 3), padding: (0, 1, -4, -3)),
      problem(2, 16, (8, 8), 16, (1, 1), padding: (0, 0, -3, -2)),
      problem(1, 8, (9, 9), 8, (3, 3), padding: (1, 1, -5, -2), groups: 8),
      problem(1, 20, (12, 12), 17, (3, 3), padding: (1, 0, -2, -6)),
    ]
    return all.compactMap { $0 }
  }()

  /// Every backend with the problems that it does not refuse.
  static let pairs: [(Combination, ConvolutionProblem)] = combinations.flatMap { combination in
    problems.filter { combination.backend.refusal(of: $0) == nil }.map { (combination, $0) }
  }

  @Test("compute all problems but those whose refusal is known") func refusals() throws {
    #expect(Self.problems.count == 32)
    for backend in BackendRegistry.builtIn.all {
      let computed = Self.problems.filter { backend.refusal(of: $0) == nil }
      // Winograd: the kernels of 3×3 with stride 1, without gaps and groups.
      #expect(computed.count == (backend is WinogradBackend ? 7 : 32), "\(backend.name)")
      for problem in Self.problems where backend.refusal(of: problem) != nil {
        let error = #expect(throws: KernelError.self) {
          try backend.prepare(
            problem, weights: WeightBuffer([Float](repeating: 1, count: problem.weightCount)),
            bias: nil, fusion: .none, instructionSet: .baseline)
        }
        #expect(error?.code == .unsupportedProblem)
      }
    }
    #expect(
      Self.pairs.count == InstructionSet.supported.count
        * (7 + (BackendRegistry.builtIn.all.count - 1) * 32))
  }

  static let combinations: [Combination] = BackendRegistry.builtIn.all.flatMap { backend in
    InstructionSet.supported.map { Combination(backend: backend, instructionSet: $0) }
  }

  struct Combination: Sendable, CustomStringConvertible {
    let backend: any ConvolutionBackend
    let instructionSet: InstructionSet
    var description: String { "\(backend.name) \(instructionSet.rawValue)" }
  }

  func agrees(_ item: ConvolutionCase, _ combination: Combination, threads: Int) throws {
    let team = try WorkerTeam(count: threads)
    // The definition is slow: once the naive backend agrees with it, the others are held against that.
    let reference =
      combination.backend is NaiveBackend
      ? Reference(byDefinition: item) : try Reference(byNaiveBackend: item, team: team)
    try reference.expectAgreement(
      of: combination.backend, combination.instructionSet, team: team)
  }

  @Test("agree with the definition", arguments: pairs)
  func corner(combination: Combination, problem: ConvolutionProblem) throws {
    try agrees(ConvolutionCase(problem, seed: 7), combination, threads: 2)
  }

  @Test("agree with the definition on random problems", arguments: combinations)
  func random(combination: Combination) throws {
    let cases = (UInt64(1)...60).map { ConvolutionCase(random: $0, fusions: []) }.filter {
      combination.backend.refusal(of: $0.problem) == nil
    }
    // So many of the cases are of 3×3, stride 1, without gaps and groups.
    #expect(combination.backend is WinogradBackend || cases.count == 60)
    for item in cases { try agrees(item, combination, threads: 2) }
  }

  @Test("compute what they offer to fuse", arguments: combinations)
  func fused(combination: Combination) throws {
    for seed in UInt64(100)...140 {
      let problem = ConvolutionCase(random: seed, fusions: []).problem
      guard combination.backend.refusal(of: problem) == nil else { continue }
      let offered = combination.backend.fusions(for: problem)
      for fusions in [Fusions.prologue, .relu, [.prologue, .relu]] where offered.contains(fusions) {
        try Reference(byDefinition: ConvolutionCase(random: seed, fusions: fusions))
          .expectAgreement(
            of: combination.backend, combination.instructionSet, team: WorkerTeam(count: 1))
      }
    }
    for problem in Self.problems where problem.isPointwise {
      let offered = combination.backend.fusions(for: problem)
      for fusions in [Fusions.averagePool, [.averagePool, .prologue, .relu]]
      where offered.contains(fusions) {
        try agrees(ConvolutionCase(problem, seed: 5, fusions: fusions), combination, threads: 2)
      }
    }
  }

  @Test("give the same bits for any number of threads", arguments: pairs)
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

  @Test(
    "spread NaN from the input to the output",
    arguments: combinations.filter { !($0.backend is WinogradBackend) })
  func spreadsNaN(combination: Combination) throws {
    let problem = try ConvolutionProblem(
      input: TensorShape(channels: 20, height: 6, width: 6), outputChannels: 4, kernel: Size(1))
    let offered = combination.backend.fusions(for: problem)
    var item = ConvolutionCase(
      problem, seed: 3, fusions: offered.contains(.relu) ? .relu : [])
    item.poisoned = 7
    let output = try item.run(
      on: combination.backend, instructionSet: combination.instructionSet,
      team: WorkerTeam(count: 1)
    ).output
    for channel in 0..<4 { #expect(output[channel * 36 + 7].isNaN) }
    #expect(output.count { $0.isNaN } == 4)
  }

  @Test(
    "spread NaN from the input to what Winograd makes of it",
    arguments: combinations.filter { $0.backend is WinogradBackend })
  func spreadsNaNByTiles(combination: Combination) throws {
    let problem = try ConvolutionProblem(
      input: TensorShape(channels: 20, height: 6, width: 6), outputChannels: 4, kernel: Size(3),
      padding: Padding(1))
    var item = ConvolutionCase(problem, seed: 3, fusions: .relu)
    // Row 2, column 3: nine outputs read it, and the tiles around them share what it spoils.
    item.poisoned = 2 * 6 + 3
    let output = try item.run(
      on: combination.backend, instructionSet: combination.instructionSet,
      team: WorkerTeam(count: 1)
    ).output
    for channel in 0..<4 {
      for y in 1...3 {
        for x in 2...4 { #expect(output[channel * 36 + y * 6 + x].isNaN) }
      }
    }
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
