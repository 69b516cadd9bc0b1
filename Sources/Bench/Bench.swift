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
///    slows all of them alike. Every single time is kept.
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
/// - `TimedNetwork.swift`, `WarmUp.swift`, `Sampler.swift`: the measurement itself. `HotLoop.swift`: that
///   of single convolutions. `ArithmeticRoof.swift`: the peak that rates are compared with.
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
  /// The verification computes the network in double precision, once for each team of threads: for
  /// a large network that takes seconds.
  ///
  /// - Parameters:
  ///   - candidates: What to time, in the order of a round.
  ///   - options: How long to measure.
  ///   - shouldStop: Called before each run of a candidate; what has been measured is kept.
  ///   - progress: Called between runs, never inside one.
  /// - Returns: One result for each candidate that ran at least once, in the order given.
  /// - Throws: ``GraphError`` or ``KernelError`` if a candidate cannot run.
  package func run(
    _ candidates: [Candidate], options: SamplingOptions = SamplingOptions(),
    shouldStop: () -> Bool = { false }, progress: (BenchmarkProgress) -> Void = { _ in }
  ) throws -> [BenchmarkResult] {
    let plans = try candidates.map { candidate in
      var options = candidate.run.options
      options.threads = candidate.team.count
      return try Plan(
        graph: graph, parameters: parameters, input: input.shape,
        backends: candidate.run.backends, options: options)
    }
    let verdicts = try verify(candidates, plans) {
      progress(BenchmarkProgress(phase: .verifying, fraction: $0))
    }
    let executors = try zip(plans, candidates).map { try Executor(plan: $0, team: $1.team) }
    let samples = Sampler(options).sample(
      executors.map { TimedNetwork($0, input: input) }, shouldStop: shouldStop, progress: progress)
    for executor in executors { try executor.checkKernels() }
    return candidates.indices.filter { !samples[$0].network.isEmpty }.map { index in
      let plan = executors[index].plan
      let isHot = options.includesHot && !shouldStop()
      return BenchmarkResult(
        model: model, candidate: candidates[index], plan: plan, samples: samples[index],
        hot: isHot ? HotLoop(source: .system).sample(executors[index]) : [],
        peak: ArithmeticRoof.measure(plan.instructionSet), verdicts: verdicts[index])
    }
  }

  /// Judges every step of every candidate with the threads that it is timed with.
  ///
  /// - Returns: For each candidate its results by the name of the step, the worse of both feeds.
  private func verify(
    _ candidates: [Candidate], _ plans: [Plan], progress: (Double) -> Void
  ) throws -> [[String: LayerResult]] {
    var results = [[String: LayerResult]](repeating: [:], count: candidates.count)
    let teams = Dictionary(grouping: candidates.indices) {
      ObjectIdentifier(candidates[$0].team)
    }.values.sorted { ($0.first ?? 0) < ($1.first ?? 0) }
    let golden = GoldenFile(unrecorded: input, name: "input", model: model)
    for (position, members) in teams.enumerated() {
      guard let first = members.first else { continue }
      let verifier = Verifier(
        graph: graph, parameters: parameters, golden: golden, team: candidates[first].team)
      // Two candidates may have one name, and the result has only that.
      let runs = members.map { index in
        var run = candidates[index].run
        run.name = String(index)
        run.plan = plans[index]
        return run
      }
      for goldenCase in golden.cases {
        let result = try withoutActuallyEscaping(progress) { progress in
          try verifier.verify(
            goldenCase, runs: runs, options: VerificationOptions()
          ) { progress((Double(position) + $0) / Double(teams.count)) }
        }
        for layer in result.layers {
          guard let index = Int(layer.requested) else { continue }
          let other = results[index][layer.layer]
          if other.map({ $0.verdict < layer.verdict }) ?? true {
            results[index][layer.layer] = layer
          }
        }
      }
    }
    return results
  }
}
