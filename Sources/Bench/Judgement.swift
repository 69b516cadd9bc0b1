import Kernels
import Net
import Verify

/// What was found about a candidate on one input, with the plan that is timed.
struct Judgement {
  /// The results by the name of the step, the worse of the feeds.
  var layers: [String: LayerResult] = [:]

  /// The result of the network; nil if it was not judged.
  var output: NetworkOutput?

  /// Why timed runs are not believed; nil if nothing speaks against them.
  var doubt: String?

  /// Whether each kernel came to its end.
  var isFinished: Bool {
    layers.values.allSatisfy { ![.crashed, .timedOut, .outOfMemory].contains($0.verdict) }
  }

  /// Whether a timed run gave what the judged one did: the same bits or, if sums are made in an order that varies
  /// from run to run, no more than two runs can differ by.
  func isConfirmed(by other: [Float], orderVaries: Bool) -> Bool {
    guard let output, output.elements.count == other.count else { return false }
    return other.indices.allSatisfy { index in
      let (one, two) = (output.elements[index], other[index])
      if one.bitPattern == two.bitPattern { return true }
      guard orderVaries, output.allowed.count == other.count else { return false }
      return (Double(one) - Double(two)).magnitude <= 2 * output.allowed[index]
    }
  }

  /// Takes in results on another input.
  mutating func add(_ other: Judgement) {
    for (name, layer) in other.layers where layers[name].map({ $0.verdict < layer.verdict }) ?? true
    {
      layers[name] = layer
    }
  }
}

/// Judges the plans that are timed, every step by the error bound of its algorithm.
struct Judge {
  let model: String
  let graph: Graph
  let parameters: Parameters

  /// Judges every step of every candidate with the threads that it is timed with.
  ///
  /// The network is computed in double precision once for each team of threads.
  ///
  /// - Parameters:
  ///   - candidates: The candidates, and the plans that they are timed with.
  ///   - input: What they compute.
  ///   - options: The feeds to judge with.
  ///   - progress: Called with the share that is done.
  /// - Returns: What was found, in the order of the candidates.
  /// - Throws: ``GraphError`` or ``KernelError`` if a network cannot run.
  func judge(
    _ candidates: [(candidate: Candidate, plan: Plan)], on input: Tensor<Float>,
    options: VerificationOptions, progress: (Double) -> Void
  ) throws -> [Judgement] {
    var results = [Judgement](repeating: Judgement(), count: candidates.count)
    let teams = Dictionary(grouping: candidates.indices) {
      ObjectIdentifier(candidates[$0].candidate.team)
    }.values.sorted { ($0.first ?? 0) < ($1.first ?? 0) }
    let golden = GoldenFile(unrecorded: input, name: "input", model: model)
    for (position, members) in teams.enumerated() {
      guard let first = members.first else { continue }
      let verifier = Verifier(
        graph: graph, parameters: parameters, golden: golden,
        team: candidates[first].candidate.team)
      // Two candidates may have one name, and the result has only that.
      let runs = members.map { index in
        var run = candidates[index].candidate.run
        run.name = String(index)
        run.plan = candidates[index].plan
        return run
      }
      for goldenCase in golden.cases {
        let result = try withoutActuallyEscaping(progress) { progress in
          try verifier.verify(goldenCase, runs: runs, options: options) {
            progress((Double(position) + $0) / Double(teams.count))
          }
        }
        for layer in result.layers {
          guard let index = Int(layer.requested) else { continue }
          results[index].add(Judgement(layers: [layer.layer: layer]))
        }
        for index in members { results[index].output = result.outputs[String(index)] }
      }
    }
    return results
  }
}
