import Kernels
import Net

/// One run's walk through the graph: its place, and the executors of its two feeds.
struct RunWalk {
  let run: VerificationRun
  let plan: Plan
  let isolated: Executor?
  let network: Executor?
  private let policy: Policy
  private let guardsOperands: Bool
  private var next = 0

  /// The features that the maps are summed from, with exact value and bound in the network feed; nil if
  /// maps are not needed.
  var features: FeatureGathering?

  /// What the elements of the network's output may be off by at most, once it has been judged in the network feed.
  private(set) var allowedOfOutput: [Double] = []

  init(run: VerificationRun, plan: Plan, team: WorkerTeam, options: VerificationOptions) throws {
    self.run = run
    self.plan = plan
    policy = options.policy
    guardsOperands = options.guardsOperands
    let feeds = options.feeds
    isolated = feeds.contains(.isolated) ? try Executor(plan: plan, team: team) : nil
    network = feeds.contains(.network) ? try Executor(plan: plan, team: team) : nil
  }

  /// The node whose value the next step computes, or nil at the end.
  var nextOutput: Int? { next < plan.stepCount ? plan.step(next).output : nil }

  var nextName: String { plan.name(ofStep: next) }

  /// Runs the next step with both feeds and, if it is to be judged, judges it.
  mutating func advance(
    trace: ReferenceTrace, bounds: NodeBounds, references: inout [ReferenceKey: StepReference],
    judged: Bool, caseName: String
  ) throws -> [LayerResult] {
    let index = next
    next += 1
    let step = plan.step(index)
    guard judged else {
      network?.run(step: index)
      features?.distrust(step.output)
      return []
    }
    let algorithm = plan.assignment(ofStep: index)?.description.algorithm
    let key = ReferenceKey(step: step, algorithm: algorithm)
    let reference: StepReference
    if let known = references[key] {
      reference = known
    } else {
      reference = try bounds.reference(
        for: step, program: plan.program, given: step.inputs.map(trace.given),
        algorithm: algorithm)
      references[key] = reference
    }
    var results: [LayerResult] = []
    if let isolated {
      for (input, values) in zip(step.inputs, reference.given) {
        isolated.write(values.span, to: input)
      }
      results.append(
        try judge(
          isolated, index, .isolated, reference, extra: nil, trace: trace, caseName: caseName))
    }
    if let network {
      let deltas = zip(step.inputs, reference.given).map { input, given in
        let actual = network.value(of: input)
        // NaN would spread to the bounds and pass every comparison with them.
        return Tensor<Double>(
          shape: plan.program.shapes[input],
          elements: zip(actual, given).map {
            let delta = (Double($0) - Double($1)).magnitude
            return delta.isFinite ? delta : 0
          })
      }
      let inherited = try bounds.propagate(
        through: step, program: plan.program, deltas: deltas, reference: reference)
      results.append(
        try judge(
          network, index, .network, reference, extra: inherited, trace: trace,
          caseName: caseName))
    }
    return results
  }

  /// Runs one step between traps and compares its output.
  private mutating func judge(
    _ executor: Executor, _ index: Int, _ feed: LayerResult.Feed, _ reference: StepReference,
    extra: Tensor<Double>?, trace: ReferenceTrace, caseName: String
  ) throws -> LayerResult {
    let step = plan.step(index)
    try executor.setTraps(forStep: index)
    let isGuarded = guardsOperands && executor.canGuard(step: index)
    if isGuarded {
      // What is read or written before its operands is found by a run of its own, whose result nobody looks at.
      executor.run(step: index, guarding: .atStart)
      if executor.failure(ofStep: index) == nil { try executor.setTraps(forStep: index) }
    }
    // A failure of an earlier run would be taken for one of this, which may succeed.
    if !isGuarded || executor.failure(ofStep: index) == nil {
      executor.run(step: index, guarding: isGuarded ? .atEnd : nil)
    }
    if let failure = executor.failure(ofStep: index) {
      return unfinished(executor, index, feed, reference, failure, caseName: caseName)
    }
    let output = executor.value(of: step.output)
    let guardsAreIntact = executor.guardsAreIntact(afterStep: index)
    // Where a channel is not finite, spare lanes need not be.
    let intact =
      (executor.clearSpareLanes(afterStep: index) || !output.allSatisfy(\.isFinite))
      && guardsAreIntact
    var allowed = reference.own
    // The factor covers the terms of second order, and the rounding of the bounds themselves.
    if let extra { allowed.add(Allowance(likely: extra.mapped { $0 * (1 + 0x1p-20) })) }
    if feed == .network {
      features?.add(step.output, exact: reference.output, allowed: allowed)
      if index == plan.stepCount - 1 {
        allowedOfOutput = (allowed.worst ?? allowed.likely).elements
      }
    }
    let assignment = plan.assignment(ofStep: index)
    let result = LayerResult(
      caseName: caseName, layer: plan.name(ofStep: index),
      nodes: step.nodes.map { plan.graph.nodes[$0].name },
      operation: plan.graph.nodes[step.mainNode].operation.name,
      problem: assignment.map { "\($0.problem)" }, requested: run.name,
      executed: assignment?.executed ?? "", refusal: assignment?.refusal, feed: feed,
      deviation: Deviation(
        of: output, from: trace.expected(step.output) ?? reference.output, exact: reference.output,
        likely: allowed.likely, worst: allowed.worst ?? allowed.likely,
        likelyRMS: allowed.likelyRMS, overflow: allowed.overflow),
      guardsIntact: intact, inputIsConstant: reference.inputIsConstant,
      shape: plan.program.shapes[step.output].dimensions, isStored: trace.isStored(step.output),
      policy: policy)
    if feed == .network, !intact || result.deviation.verdict == .fail {
      features?.distrust(step.output)
    }
    return result
  }

  /// The result of a step whose kernel did not finish; the steps after it go on with the exact value.
  private mutating func unfinished(
    _ executor: Executor, _ index: Int, _ feed: LayerResult.Feed, _ reference: StepReference,
    _ failure: KernelFailure, caseName: String
  ) -> LayerResult {
    let step = plan.step(index)
    if feed == .network {
      let exact = reference.output.elements.map { Float($0) }
      executor.write(exact.span, to: step.output)
      features?.distrust(step.output)
    }
    let assignment = plan.assignment(ofStep: index)
    return LayerResult(
      caseName: caseName, layer: plan.name(ofStep: index),
      nodes: step.nodes.map { plan.graph.nodes[$0].name },
      operation: plan.graph.nodes[step.mainNode].operation.name,
      problem: assignment.map { "\($0.problem)" }, requested: run.name,
      executed: assignment?.executed ?? "", feed: feed,
      shape: plan.program.shapes[step.output].dimensions, notRun: Verdict(failure.kind),
      reason: failure.reason)
  }
}
