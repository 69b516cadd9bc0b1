import Kernels
import TestSupport
import Testing

@Suite("The bits of a result") struct RepeatabilityTests {
  static let chunks = stride(from: UInt64(10_000), to: 10_300, by: 50).map { $0..<($0 + 50) }
  static let backends: [any ConvolutionBackend] = [
    TiledBackend(), WinogradBackend(), AutoBackend(),
  ]

  @Test("are the same for any number of threads", arguments: chunks)
  func threads(seeds: Range<UInt64>) throws {
    let teams = try [1, 2, 7].map { try WorkerTeam(count: $0) }
    for seed in seeds {
      let problem = ConvolutionProblem.random(seed: seed)
      for backend in Self.backends where backend.refusal(of: problem) == nil {
        let fusions = ConvolutionProblem.randomFusions(seed: seed)
          .intersection(backend.fusions(for: problem))
        let item = ConvolutionCase(problem, seed: seed, fusions: fusions)
        let data = item.data
        for instructionSet in InstructionSet.supported {
          let outputs = try teams.map {
            try item.run(on: backend, instructionSet: instructionSet, team: $0, data: data)
              .output.map(\.bitPattern)
          }
          #expect(
            outputs[0] == outputs[1] && outputs[0] == outputs[2],
            "\(item) on \(backend.name) \(instructionSet.rawValue)")
        }
      }
    }
  }

  @Test("are the same alone and in a batch", arguments: chunks)
  func batch(seeds: Range<UInt64>) throws {
    let team = try WorkerTeam(count: 1)
    for seed in seeds {
      let single = ConvolutionProblem.random(seed: seed)
      var shape = single.input
      shape.batch = 3
      let batch = try ConvolutionProblem(
        input: shape, outputChannels: single.outputChannels, kernel: single.kernel,
        stride: single.stride, dilation: single.dilation, padding: single.padding,
        groups: single.groups)
      shape.batch = 1
      let alone = try ConvolutionProblem(
        input: shape, outputChannels: single.outputChannels, kernel: single.kernel,
        stride: single.stride, dilation: single.dilation, padding: single.padding,
        groups: single.groups)
      for backend in Self.backends where backend.refusal(of: batch) == nil {
        let item = ConvolutionCase(batch, seed: seed)
        let data = item.data
        var last = data
        last.input = Array(data.input.suffix(shape.imageCount))
        for instructionSet in InstructionSet.supported {
          let together = try item.run(
            on: backend, instructionSet: instructionSet, team: team, data: data
          ).output.suffix(alone.output.count).map(\.bitPattern)
          let separate = try ConvolutionCase(alone, seed: seed).run(
            on: backend, instructionSet: instructionSet, team: team, data: last
          ).output.map(\.bitPattern)
          #expect(together == separate, "\(item) on \(backend.name) \(instructionSet.rawValue)")
        }
      }
    }
  }
}
