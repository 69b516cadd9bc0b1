import Kernels
import Net
import Synchronization
import TestSupport
import Testing
import Verify

@testable import Bench

/// Times that were not earned: they must not be shown.
@Suite struct EarnedTimeTests {
  /// A kernel that is right for some calls and then lets something happen to its output.
  static func changing(
    from call: Int, _ change: @escaping @Sendable (MutableFeatureView) -> Void
  ) -> AlteredBackend {
    let calls = Atomic(0)
    return AlteredBackend { problem, _, task, output in
      guard task == 0, problem.outputChannels == 8 else { return }
      if calls.add(1, ordering: .relaxed).newValue >= call { change(output) }
    }
  }

  private func result(
    of backend: any ConvolutionBackend, threads: Int = 1,
    _ options: SamplingOptions = SamplingOptions(repetitions: 6)
  ) throws -> BenchmarkResult {
    let benchmark = Benchmark(
      model: "tiny", graph: try #require(BenchmarkTests.graph),
      parameters: BenchmarkTests.parameters, input: BenchmarkTests.input)
    let run = VerificationRun(name: "candidate", backends: BackendChoice(backend))
    let results = try benchmark.run(
      [Candidate(run, team: WorkerTeam(count: threads))], options: options)
    return try #require(results.first)
  }

  private func expectNoTimes(_ result: BenchmarkResult) {
    #expect(result.network.isEmpty && result.processor.isEmpty)
    #expect(result.steps.allSatisfy { $0.samples.isEmpty && $0.hot.isEmpty })
  }

  @Test(
    "a right kernel keeps its times, with every backend and hot loops",
    arguments: BackendRegistry.builtIn.names)
  func soundness(_ name: String) throws {
    var options = SamplingOptions(repetitions: 6)
    options.includesHot = true
    let backend = try #require(BackendRegistry.builtIn.all.first { $0.name == name })
    let result = try result(of: backend, threads: 2, options)
    #expect(result.reason == nil)
    #expect(result.verdict == .pass)
    #expect(result.network.count + result.setAsideCount == 6)
    #expect(result.isolationShare == nil)
  }

  /// The judged runs come first: two of them, one for each feed.
  @Test func `a kernel that becomes wrong while it is timed has no times`() throws {
    let result = try result(of: Self.changing(from: 9) { $0.plane(0, 0)[0] += 0.5 })
    #expect(result.verdict != .pass)
    #expect(try #require(result.reason).contains("other bits"))
    expectNoTimes(result)
  }

  @Test func `a kernel that is wrong in every timed run is not believed`() throws {
    // From the first warm-up on, and always alike.
    let result = try result(of: Self.changing(from: 3) { $0.plane(0, 0)[0] = 1 })
    #expect(try #require(result.verdict) >= .mistrusted)
    #expect(result.reason != nil || result.verdict == .fail)
  }

  @Test func `a kernel that gives its last answer again is found by other data`() throws {
    let kept = Mutex<[Float]>([])
    let backend = AlteredBackend { problem, _, task, output in
      // The last task of an image leaves the whole image complete.
      guard problem.outputChannels == 8, task == 2 * 8 - 1 else { return }
      kept.withLock { kept in
        let count = output.shape.imageCount
        if kept.isEmpty {
          kept = (0..<count).map { output.plane(0, 0)[$0] }
        } else {
          for index in 0..<count { output.plane(0, 0)[index] = kept[index] }
        }
      }
    }
    let result = try result(of: backend)
    // It is right on the first input, and on that alone.
    #expect(result.verdict == .fail || result.reason != nil)
  }

  @Test func `a kernel that remembers answers is found by other data in its hot loop`() throws {
    var options = SamplingOptions(repetitions: 3)
    options.includesHot = true
    let last = Mutex<Float?>(nil)
    let backend = AlteredBackend { problem, _, task, output in
      guard problem.outputChannels == 8, task == 0 else { return }
      let value = output.plane(0, 0)[0]
      // Works for some hundred microseconds on what it has not just seen.
      if last.withLock({ known in
        defer { known = value }
        return known != value
      }) {
        let end = ContinuousClock.now + .microseconds(500)
        while ContinuousClock.now < end {}
      }
    }
    let result = try result(of: backend, options)
    #expect(try #require(result.reason).contains("on data that it had seen"))
    #expect(result.verdict == .mistrusted)
    expectNoTimes(result)
  }

  @Test func `a kernel that ends its process while it is judged costs its own row`() throws {
    let benchmark = Benchmark(
      model: "tiny", graph: try #require(BenchmarkTests.graph),
      parameters: BenchmarkTests.parameters, input: BenchmarkTests.input)
    let team = try WorkerTeam(count: 1)
    let results = try benchmark.run(
      [EndingBackend(after: 0), EndingBackend(after: 9), EndingBackend(after: .max)].map {
        Candidate(VerificationRun(name: "ending", backends: BackendChoice($0)), team: team)
      }, options: SamplingOptions(repetitions: 6))
    try #require(results.count == 3)
    for result in results.prefix(2) {
      #expect(result.verdict == .crashed)
      #expect(try #require(result.reason).contains("it ended by SIGSEGV"))
      expectNoTimes(result)
    }
    #expect(results[2].verdict == .pass)
    #expect(results[2].network.count == 6)
  }

  @Test func `what an output record sees`() {
    let record = OutputRecord(inputCount: 2)
    let (a, b): ([Float], [Float]) = ([1, .nan], [2, -0.0])
    for output in [a, b, a, b] { record.add(output) }
    #expect(record.changedRun == nil)
    #expect(record.results.map { $0?.map(\.bitPattern) } == [a, b].map { $0.map(\.bitPattern) })
    record.add([1, .nan])
    record.add([2, 0])
    record.add([0, 0])
    #expect(record.changedRun == 6)
    let varying = OutputRecord(inputCount: 1, comparesBits: false)
    varying.add([1])
    varying.add([2])
    #expect(varying.changedRun == nil && varying.results == [[2]])
  }

  @Test func `times that a process makes up neither trap nor pass`() {
    var times = KernelTimes()
    for inside in [Int64.max, .max, .min, -1] { times.addRun(inside: inside, outside: 1000) }
    #expect(times.outside == 4000)
    #expect(times.inside > 1000 * times.outside)
    #expect(times.since(times) == KernelTimes())
  }

  @Test func `results that vary are confirmed within what two runs can differ by`() {
    var judgement = Judgement()
    #expect(!judgement.isConfirmed(by: [1, 2], orderVaries: true))
    judgement.output = NetworkOutput(elements: [1, 2], allowed: [0.25, 0])
    #expect(judgement.isConfirmed(by: [1, 2], orderVaries: false))
    #expect(!judgement.isConfirmed(by: [1.5, 2], orderVaries: false))
    #expect(judgement.isConfirmed(by: [1.5, 2], orderVaries: true))
    #expect(!judgement.isConfirmed(by: [1.51, 2], orderVaries: true))
    #expect(!judgement.isConfirmed(by: [1, 2.0001], orderVaries: true))
    #expect(!judgement.isConfirmed(by: [1, .nan], orderVaries: true))
    #expect(!judgement.isConfirmed(by: [1], orderVaries: true))
  }
}

/// The least time that a convolution takes.
@Suite struct PhysicalFloorTests {
  @Test(
    "multiplications are those of taps that meet the input",
    arguments: [
      "mb1ic3ih8oc4oh8kh3ph1", "mb2ic4ih9oc6oh5kh3sh2ph1", "g2mb1ic4ih7oc4oh7kh3dh1ph2",
      "mb1ic1ih3iw5oc1oh5ow7kh3kw3ph2pw2", "mb1ic1ih4oc1oh9kh2ph3", "mb1ic2ih5oc3oh1kh5",
      "mb1ic2ih5oc3oh2kh1sh4",
    ])
  func multiplications(_ notation: String) throws {
    let problem = try ConvolutionProblem(notation: notation)
    var count = 0
    for y in 0..<problem.output.height {
      for x in 0..<problem.output.width {
        for i in 0..<problem.kernel.height {
          for j in 0..<problem.kernel.width {
            let row = y * problem.stride.height + i * problem.dilation.height - problem.padding.top
            let column =
              x * problem.stride.width + j * problem.dilation.width - problem.padding.left
            if 0..<problem.input.height ~= row, 0..<problem.input.width ~= column { count += 1 }
          }
        }
      }
    }
    count *= problem.input.batch * problem.outputChannels * problem.groupInputChannels
    #expect(Algorithm.direct.multiplicationCount(of: problem) == count)
    #expect(Algorithm.reassociated.multiplicationCount(of: problem) == count)
  }

  @Test func `Winograd multiplies once for each element of a transformed tile`() throws {
    let problem = try ConvolutionProblem(notation: "mb2ic3ih10oc5oh10kh3ph1")
    // Three tiles of four along each side, of six by six.
    #expect(
      Algorithm.winograd(.f4).multiplicationCount(of: problem) == 2 * 3 * 5 * 3 * 3 * 36)
  }

  @Test func `a time below the floor is doubted, and one above is not`() throws {
    let assignment = try assignment("mb1ic64ih28oc64oh28kh3ph1")
    // 28·28·9 pairs without those on the padding, 64·64 channels, two operations each, 100 of them a nanosecond.
    let floor = PhysicalFloor(peak: 100, bandwidth: .infinity)
    let least = 2.0 * 82 * 82 * 64 * 64 / 100 / 1.15
    #expect(floor.doubt(least * 1.01, of: assignment, threads: 1) == nil)
    let doubt = try #require(floor.doubt(least * 0.99, of: assignment, threads: 1))
    #expect(doubt.contains("27541504 multiply-adds"))
    #expect(floor.doubt(least * 0.99, of: assignment, threads: 2) == nil)
    let slow = PhysicalFloor(peak: .infinity, bandwidth: 10)
    let bytes = Double((64 * 64 * 9 + 64 * 28 * 28) * 4)
    #expect(slow.doubt(bytes / 10, of: assignment, threads: 1) == nil)
    #expect(
      try #require(slow.doubt(bytes / 12, of: assignment, threads: 1)).contains("to move its"))
  }

  @Test func `this machine has a floor`() {
    let floor = PhysicalFloor.measure()
    #expect(floor.peak > 0.1 && floor.peak < 10_000)
    #expect(floor.bandwidth > 0.1 && floor.bandwidth < 10_000)
  }

  private func assignment(_ notation: String) throws -> Assignment {
    let trial = try ConvolutionTrial(notation: notation, seed: 1)
    let network = try #require(try trial.network())
    let plan = try Plan(
      graph: network.graph, parameters: network.parameters, input: network.input.shape,
      backends: BackendChoice(NaiveBackend()))
    return try #require(plan.assignment(ofStep: 0))
  }
}

/// A right kernel whose process is said to end after some runs.
private struct EndingBackend: ConvolutionBackend {
  let name = "ending"
  let summary = "does not come to its end"
  private let limit: Int
  private let base = NaiveBackend()
  private let calls = Calls()

  final class Calls: Sendable {
    let count = Atomic(0)
  }

  init(after limit: Int) { self.limit = limit }

  func refusal(of problem: ConvolutionProblem) -> String? { nil }

  func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    base.description(of: problem, on: target)
  }

  func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    Prepared(
      right: try base.prepare(
        problem, weights: weights, bias: bias, fusion: fusion, on: target), limit: limit,
      calls: calls)
  }

  private struct Prepared: PreparedConvolution {
    let right: any PreparedConvolution
    let limit: Int
    let calls: Calls

    var taskCounts: [Int] { right.taskCounts }
    var scratchByteCount: Int { right.scratchByteCount }
    var packedBytes: Int { right.packedBytes }

    var failure: KernelFailure? {
      calls.count.load(ordering: .relaxed) > limit
        ? KernelFailure(.crashed, "it ended by SIGSEGV") : nil
    }

    func run(
      phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
    ) {
      if task == 0 { calls.count.add(1, ordering: .relaxed) }
      right.run(phase: phase, task: task, input: input, output: output, memory: memory)
    }
  }
}
