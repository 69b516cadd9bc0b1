package import Kernels
package import Net
import Verify

/// Measures how long a network and each of its steps take, and never without a verdict.
///
/// This module prints nothing. A benchmark goes through three stages:
/// 1. Every candidate is verified on the input that it will be timed with, by the very plan that will be
///    timed: each of its steps is judged by the error bound of its algorithm, given exact input values
///    and again in the running network.
/// 2. The candidates run alternately until their times no longer fall: the warm-up.
/// 3. They run alternately, A B A B, so that a processor which grows hot or a busy neighbour
///    slows all of them alike, on two inputs in turn. Times are kept unless the clock was throttled.
/// 4. What the timed runs gave has to be, bit for bit, what judged runs give on both inputs, and no time may be
///    shorter than the machine allows (`Earned/`); otherwise it is not shown.
///
/// ```swift
/// let benchmark = Benchmark(
///   model: "densenet169", graph: graph, parameters: parameters, input: input)
/// let results = try benchmark.run([Candidate(run, team: team)])
/// let fastest = results.first.flatMap { Statistics($0.network)?.minimum }  // nanoseconds
/// ```
///
/// The files, lowest first:
/// - `TimeSource.swift`: the clocks.
/// - `Statistics.swift`: the statistics of a list of times.
/// - `TimedNetwork.swift`, `TimedPlan.swift`, `WarmUp.swift`, `Sampler.swift`: the measurement itself.
///   `HotLoop.swift`: that of single convolutions. `ArithmeticRoof.swift`, `CopyBandwidth.swift`: what the
///   machine can do.
/// - `Judgement.swift`, `Earned/`: what makes a time count.
/// - `Yardstick.swift`, `Throttling.swift`: how fast the machine was meanwhile. `Roofs/`: what it can do at its best.
/// - `Comparison/`: what two series of times say about each other.
/// - `Candidate.swift`, `BenchmarkResult.swift`: input and output.
/// - `MachineDescription.swift` and what it reads: where the numbers were measured.
package struct Benchmark {
  let model: String
  let graph: Graph
  let parameters: Parameters
  let input: Tensor<Float>

  /// Creates a benchmark of a network.
  ///
  /// - Parameters:
  ///   - model: The name in results.
  ///   - graph: The network.
  ///   - parameters: Its weights.
  ///   - input: `[N, C, H, W]`; its shape decides the batch and the size that are measured.
  package init(model: String, graph: Graph, parameters: Parameters, input: Tensor<Float>) {
    self.model = model
    self.graph = graph
    self.parameters = parameters
    self.input = input
  }

  /// Verifies the candidates, then times them against each other.
  ///
  /// The verification computes the network in double precision, twice for each team of threads: for
  /// a large network that takes seconds.
  ///
  /// - Parameters:
  ///   - candidates: What to time, in the order of a round.
  ///   - options: How long to measure.
  ///   - roofs: What the machine can do, if that is known: times are then compared with it.
  ///   - shouldStop: Called before each run of a candidate; what has been measured is kept.
  ///   - progress: Called between runs, never inside one.
  /// - Returns: One result for each candidate that ran at least once, or whose kernels did not come to their end
  ///   when they were judged, in the order given.
  /// - Throws: ``GraphError`` or ``KernelError`` if a candidate cannot run.
  package func run(
    _ candidates: [Candidate], options: SamplingOptions = SamplingOptions(),
    roofs: MachineRoofs? = nil, shouldStop: () -> Bool = { false },
    progress: (BenchmarkProgress) -> Void = { _ in }
  ) throws -> [BenchmarkResult] {
    let inputs = [input, input.turned]
    let clock = TimeSource.system
    var beginnings: [(preparation: Int, firstRun: Int)] = []
    let plans = try candidates.map { candidate in
      let start = clock.now()
      let plan = try plan(of: candidate)
      let prepared = clock.now()
      // What it computes is judged later, as that of all other runs is.
      try Executor(plan: plan, team: candidate.team).run(input.elements.span)
      beginnings.append((prepared - start, clock.now() - prepared))
      return plan
    }
    let judge = Judge(model: model, graph: graph, parameters: parameters)
    var judged = try judge.judge(
      Array(zip(candidates, plans)), on: inputs[0], options: VerificationOptions()
    ) {
      progress(BenchmarkProgress(phase: .verifying, fraction: $0))
    }
    // A kernel that did not come to its end would not in a timed run either.
    let timed = candidates.indices.filter { judged[$0].isFinished }
    let networks = try timed.map { index in
      TimedPlan(
        try Executor(plan: plans[index], team: candidates[index].team), inputs: inputs,
        prepare: { try plan(of: candidates[index]) })
    }
    let samples = Sampler(options).sample(
      networks.map(\.network), shouldStop: shouldStop, progress: progress)
    if !shouldStop() {
      try judgeOutputs(
        Array(zip(timed, networks)), candidates, plans, inputs, judge, &judged, progress)
    }
    let floor = PhysicalFloor.measure()
    let best = networks.reduce(into: floor) { $0.raise(to: $1.floor) }
    return candidates.indices.compactMap { index in
      var result = BenchmarkResult(
        model: model, candidate: candidates[index], plan: plans[index], layers: judged[index].layers
      )
      guard let position = timed.firstIndex(of: index) else { return result }
      guard !samples[position].network.isEmpty else { return nil }
      result.add(samples[position])
      (result.preparation, result.firstRun) = beginnings[index]
      if options.includesHot, !shouldStop() {
        result.add(hot: HotLoop(source: .system).sample(networks[position]))
      }
      if let roofs { result.add(roofs) }
      result.peak = ArithmeticRoof.measure(result.instructionSet)
      result.earn(on: networks[position], judged: judged[index].doubt, floor: best)
      return result
    }
  }

  private func plan(of candidate: Candidate) throws -> Plan {
    var options = candidate.run.options
    options.threads = candidate.team.count
    return try Plan(
      graph: graph, parameters: parameters, input: input.shape,
      backends: candidate.run.backends, options: options)
  }

  /// Compares what timed runs gave with what judged runs give.
  ///
  /// The second input is judged now, when the kernels have run many times. A kernel may round otherwise where its
  /// operands lie between protected pages: then it is judged again where they lie as in the timed runs.
  private func judgeOutputs(
    _ networks: [(index: Int, network: TimedPlan)], _ candidates: [Candidate], _ plans: [Plan],
    _ inputs: [Tensor<Float>], _ judge: Judge, _ judged: inout [Judgement],
    _ progress: (BenchmarkProgress) -> Void
  ) throws {
    for (number, input) in inputs.enumerated() {
      let members = networks.filter {
        guard let output = $0.network.outputs.results[number] else { return false }
        return number > 0
          || !judged[$0.index].isConfirmed(by: output, orderVaries: $0.network.orderVaries)
      }
      guard !members.isEmpty else { continue }
      let found = try judge.judge(
        members.map { (candidates[$0.index], plans[$0.index]) }, on: input,
        options: VerificationOptions(feeds: [.network], guardsOperands: false)
      ) {
        progress(BenchmarkProgress(phase: .verifying, fraction: $0))
      }
      for (member, other) in zip(members, found) {
        judged[member.index].add(other)
        if let output = member.network.outputs.results[number],
          !other.isConfirmed(by: output, orderVaries: member.network.orderVaries)
        {
          judged[member.index].doubt = "timed runs gave other results than a run that was judged"
        }
      }
    }
  }
}

extension Tensor<Float> {
  /// Every map turned by half a turn: other data of the same kind.
  fileprivate var turned: Tensor<Float> {
    var elements: [Float] = []
    elements.reserveCapacity(shape.count)
    for start in stride(from: 0, to: shape.count, by: Swift.max(1, shape.planeCount)) {
      elements += self.elements[start..<(start + shape.planeCount)].reversed()
    }
    return Tensor(shape: shape, elements: elements)
  }
}
