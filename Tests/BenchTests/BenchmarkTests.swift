import Kernels
import Net
import TestSupport
import Testing
import Verify

@testable import Bench

/// A whole benchmark of a network of seven nodes.
@Suite struct BenchmarkTests {
  static let graph: Graph? = try? Graph(
    nodes: [
      Node(name: "data", operation: .input, inputs: []),
      Node(
        name: "conv1",
        operation: .convolution(
          ConvolutionAttributes(
            outputChannels: 8, kernel: Size(3), padding: Padding(1), hasBias: false)),
        inputs: [0], parameters: ["conv1_weight"]),
      Node(name: "relu1", operation: .activation(.relu), inputs: [1]),
      Node(
        name: "conv2",
        operation: .convolution(
          ConvolutionAttributes(outputChannels: 4, kernel: Size(1), hasBias: true)),
        inputs: [2], parameters: ["conv2_weight", "conv2_bias"]),
      Node(
        name: "pool",
        operation: .pooling(PoolingAttributes(.average, kernel: Size(1), isGlobal: true)),
        inputs: [3]),
      Node(name: "flat", operation: .flatten, inputs: [4]),
      Node(name: "softmax", operation: .softmax, inputs: [5]),
    ], output: 6)

  /// Small numbers without a pattern, from a linear congruence (Knuth's MMIX constants).
  static func values(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 33)) / 0x1p31
    }
  }

  static var parameters: Parameters {
    var parameters = Parameters()
    for (seed, (name, shape)) in [
      ("conv1_weight", [8, 3, 3, 3]), ("conv2_weight", [4, 8, 1, 1]), ("conv2_bias", [4]),
    ].enumerated() {
      parameters.add(
        name,
        Parameter(
          shape: shape, elements: values(shape.reduce(1, *), seed: UInt64(seed + 1))))
    }
    return parameters
  }

  static let input = Tensor(
    shape: TensorShape(batch: 2, channels: 3, height: 12, width: 12),
    elements: values(2 * 3 * 12 * 12, seed: 9))

  private func benchmark() throws -> Benchmark {
    Benchmark(
      model: "tiny", graph: try #require(Self.graph), parameters: Self.parameters,
      input: Self.input)
  }

  @Test func `every backend is judged and timed step by step`() throws {
    let team = try WorkerTeam(count: 2)
    let candidates = BackendRegistry.builtIn.all.map {
      Candidate(VerificationRun(name: $0.name, backends: BackendChoice($0)), team: team)
    }
    let results = try benchmark().run(candidates, options: SamplingOptions(repetitions: 3))
    #expect(results.map(\.backend) == BackendRegistry.builtIn.names)
    for result in results {
      #expect(result.verdict == .pass)
      #expect(result.threads == 2)
      #expect(result.batch == 2)
      #expect(try result.instructionSet == InstructionSet.selected())
      #expect(result.network.count == 3)
      #expect(result.processor.allSatisfy { $0 > 0 })
      #expect(
        result.steps.allSatisfy {
          $0.samples.count == 3 && ($0.verdict == .pass || $0.verdict == .fellBack)
        })
      for repetition in 0..<3 {
        let steps = result.steps.reduce(0) { $0 + $1.samples[repetition] }
        #expect(steps <= result.network[repetition])
        #expect(steps > 0)
      }
      let convolutions = result.steps.filter { $0.operation == "Convolution" }
      #expect(convolutions.map(\.name) == ["conv1", "conv2"])
      // Winograd leaves the pointwise layer to another, and auto leaves both.
      let leaving = ["winograd": ["winograd", "tiled"], "auto": ["winograd", "tiled"]]
      #expect(
        convolutions.map(\.executed)
          == leaving[result.backend] ?? [result.backend, result.backend])
      // 2 · N · H · W · O · I · kH · kW
      #expect(convolutions.map(\.operations) == [124_416, 18_432])
      #expect(result.operations == 142_848)
      #expect(Statistics([124_416, 200_000])?.rate(of: convolutions[0].operations) == 1)
      #expect(Statistics([1])?.rate(of: try #require(result.steps.last).operations) == nil)
      #expect(convolutions.allSatisfy { ($0.errorOverBound ?? 9) <= 1 })
    }
  }

  @Test func `a wrong kernel is timed and called wrong`() throws {
    let team = try WorkerTeam(count: 1)
    let offByOne = AlteredBackend { _, _, task, output in
      if task == 0 { output.plane(0, 0)[0] += 1 }
    }
    let runs = [
      VerificationRun(name: "same name", backends: BackendChoice(NaiveBackend())),
      VerificationRun(name: "same name", backends: BackendChoice(offByOne)),
    ]
    let results = try benchmark().run(
      runs.map { Candidate($0, team: team) }, options: SamplingOptions(repetitions: 1))
    #expect(results.map(\.verdict) == [.pass, .fail])
    #expect(results[1].steps.filter { $0.verdict == .fail }.map(\.name) == ["conv1", "conv2"])
    #expect(results[1].steps.first?.executed == "altered")
  }

  @Test func `the plan that is timed is the one that is judged`() throws {
    // The verifier by itself would keep the convolution's output, where its maps come from; then nothing
    // is averaged before it.
    let shape = TensorShape(channels: 3, height: 4, width: 4)
    let graph = try Graph(
      nodes: [
        Node(name: "data", operation: .input, inputs: []),
        Node(
          name: "conv",
          operation: .convolution(
            ConvolutionAttributes(outputChannels: 8, kernel: Size(1), hasBias: false)),
          inputs: [0], parameters: ["w"]),
        Node(
          name: "pool",
          operation: .pooling(PoolingAttributes(.average, kernel: Size(4), stride: Size(4))),
          inputs: [1]),
        Node(name: "softmax", operation: .softmax, inputs: [2]),
      ], output: 3)
    var parameters = Parameters()
    parameters.add("w", Parameter(shape: [8, 3, 1, 1], elements: Self.values(24, seed: 3)))
    let benchmark = Benchmark(
      model: "tiny", graph: graph, parameters: parameters,
      input: Tensor(shape: shape, elements: Self.values(shape.count, seed: 4)))
    // Right, unless it averages first.
    let wrong = AlteredBackend(TiledBackend(), fusions: .averagePool) { _, fusion, task, output in
      if task == 0, fusion.averagePool != nil { output.plane(0, 0)[0] += 1 }
    }
    let run = VerificationRun(name: "wrong", backends: BackendChoice(wrong))
    let results = try benchmark.run(
      [Candidate(run, team: WorkerTeam(count: 1))], options: SamplingOptions(repetitions: 1))
    #expect(results.first?.steps.map(\.name) == ["conv", "softmax"])
    #expect(results.first?.verdict == .fail)
  }

  @Test func `a stop before the first repetition leaves no result`() throws {
    let team = try WorkerTeam(count: 1)
    let candidate = Candidate(
      VerificationRun(name: "naive", backends: BackendChoice(NaiveBackend())), team: team)
    let results = try benchmark().run([candidate], shouldStop: { true })
    #expect(results.isEmpty)
  }

  @Test func `an input that does not fit is refused`() throws {
    let team = try WorkerTeam(count: 1)
    let input = Tensor<Float>(
      shape: TensorShape(channels: 5, height: 4, width: 4), repeating: 0)
    let benchmark = Benchmark(
      model: "tiny", graph: try #require(Self.graph), parameters: Self.parameters, input: input)
    let candidate = Candidate(
      VerificationRun(name: "naive", backends: BackendChoice(NaiveBackend())), team: team)
    #expect(throws: GraphError.self) { try benchmark.run([candidate]) }
  }

  @Test func `the clock costs something`() {
    let cost = SamplingOptions.clockCost()
    #expect(cost > 0 && cost < 100_000)
  }
}
