import Kernels
import Testing
import TestSupport

@testable import Plugins

/// Right plugins compute what the definition says, in this process and in another.
@Suite("Backends of plugins") struct PluginBackendTests {
  static let plugins = ["simple", "full"]

  /// The backends of a plugin: loaded here, and in a process of their own.
  static func backends(_ plugin: CompiledPlugin, _ instructionSet: InstructionSet) throws
    -> [any ConvolutionBackend]
  {
    let file = try PluginFile(path: plugin.path)
    return try PluginLibrary(file, for: instructionSet).backends
      + IsolatedBackend.all(
        of: file, program: BuiltCommand.path, instructionSet: instructionSet)
  }

  @Test(
    "compute random problems on every lane width, with the same bits on any number of threads",
    arguments: plugins, InstructionSet.supported)
  func problems(name: String, instructionSet: InstructionSet) throws {
    let plugin = try CompiledPlugin(name)
    let backends = try Self.backends(plugin, instructionSet)
    let teams = try [1, 3].map { try WorkerTeam(count: $0) }
    var judged = 0
    for seed in 1...40 as ClosedRange<UInt64> {
      let problem = ConvolutionProblem.random(seed: seed)
      guard problem.operations < 1 << 23 else { continue }
      for (index, backend) in backends.enumerated() where backend.refusal(of: problem) == nil {
        let item = ConvolutionCase(
          problem, seed: seed,
          fusions: backend.description(of: problem, on: ExecutionTarget(instructionSet)).fusions,
          hasBias: seed % 2 == 0)
        let runs = try teams.map { team in
          try item.run(on: backend, instructionSet: instructionSet, team: team)
        }
        #expect(runs[0].output.map(\.bitPattern) == runs[1].output.map(\.bitPattern))
        #expect(runs[0].guards.allSatisfy { $0 == ConvolutionCase.guardValue }, "\(item)")
        let (values, magnitudes) = item.expected()
        // γ of a sum in single precision, with two roundings of the prologue (Higham 2002, lemma 3.1).
        let bound = Double(problem.depth + 4) * 0x1p-24
        for (got, (value, magnitude)) in zip(runs[0].output, zip(values, magnitudes)) {
          #expect((Double(got) - value).magnitude <= bound * magnitude, "\(item), backend \(index)")
        }
        judged += 1
      }
    }
    #expect(judged > 40)
  }

  @Test("compute the same bits here and in a process of their own") func bits() throws {
    let plugin = try CompiledPlugin("full")
    let backends = try Self.backends(plugin, .best)
    let team = try WorkerTeam(count: 2)
    for seed in 50...60 as ClosedRange<UInt64> {
      let problem = ConvolutionProblem.random(seed: seed)
      guard problem.operations < 1 << 23 else { continue }
      let item = ConvolutionCase(problem, seed: seed)
      let outputs = try backends.map {
        try item.run(on: $0, instructionSet: .best, team: team).output.map(\.bitPattern)
      }
      #expect(outputs[0] == outputs[2] && outputs[1] == outputs[3])
    }
  }

  @Test("refuse what they say they refuse") func refusals() throws {
    let plugin = try CompiledPlugin("simple")
    let grouped = try ConvolutionProblem(
      input: TensorShape(channels: 4, height: 4, width: 4), outputChannels: 4, kernel: Size(1),
      groups: 2)
    for backend in try Self.backends(plugin, .best) {
      #expect(backend.refusal(of: grouped) == "it has groups")
    }
  }

  @Test("compute images that lie apart") func strides() throws {
    let plugin = try CompiledPlugin("simple")
    let problem = try ConvolutionProblem(
      input: TensorShape(batch: 3, channels: 2, height: 3, width: 4), outputChannels: 2,
      kernel: Size(1))
    let team = try WorkerTeam(count: 1)
    let weights: [Float] = [1, 0, 0, 2]
    for backend in try Self.backends(plugin, .best) {
      let prepared = try backend.prepare(
        problem, weights: WeightBuffer(weights), bias: nil, fusion: .none,
        on: ExecutionTarget(.best))
      // Seven elements between two images.
      let stride = problem.input.imageCount + 7
      let input = (0..<3 * stride).map { Float($0) }
      var output = [Float](repeating: -1, count: 3 * stride)
      var scratch: Float = 0
      input.withUnsafeBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
          guard let from = input.baseAddress, let to = output.baseAddress else { return }
          withUnsafeMutablePointer(to: &scratch) { scratch in
            prepared.run(
              on: team,
              input: FeatureView(base: from, shape: problem.input, batchStride: stride),
              output: MutableFeatureView(base: to, shape: problem.output, batchStride: stride),
              memory: { _ in TaskMemory(scratch: scratch, workspace: scratch) })
          }
        }
      }
      for index in output.indices {
        let (_, place) = index.quotientAndRemainder(dividingBy: stride)
        let expected: Float =
          place >= problem.input.imageCount
          ? -1 : Float(index) * (place >= problem.input.planeCount ? 2 : 1)
        #expect(output[index] == expected, "element \(index)")
      }
    }
  }
}
