package import Kernels
import Net
package import Verify

/// The times of one candidate on one input, with the verdicts without which they are not shown.
///
/// All times are in nanoseconds.
package struct BenchmarkResult: Sendable {
  package var model: String

  /// The candidate's name, such as `im2col-openblas`.
  package var backend: String
  package var threads: Int

  /// The inner loops that the plan was made with.
  package var instructionSet: InstructionSet

  /// `[N, C, H, W]`.
  package var inputShape: TensorShape

  /// Whole runs, one value per repetition, the copy of the input included.
  package var network: [Int]

  /// The processor time of the process in those runs.
  package var processor: [Int]

  /// How fast the machine was just before each of them, and the block that it belongs to.
  package var machine: [MachineReading] = []
  package var blocks: [Int] = []

  /// The round that each of them belongs to: in a round every candidate runs once.
  package var rounds: [Int] = []

  /// The repetitions that do not count, as the processor's clock was too low.
  package var setAsideCount = 0

  /// What making the plan took, weights packed; and its first run.
  package var preparation = 0
  package var firstRun = 0

  /// In the order in which they run.
  package var steps: [StepTiming]

  /// The peak of one core with the instruction set, in GFLOP/s; 0 if it was not measured.
  package var peak = 0.0

  package var memory = MemoryUse()

  package var warmUpCount: Int

  /// Why there are no times although the network ran; nil if there are.
  package var reason: String?

  /// The share of a run that orders to processes of kernels and their answers take; nil if all kernels run in
  /// this process.
  package var isolationShare: Double?

  /// Whether the times had stopped falling when the repetitions began.
  package var isWarm: Bool

  package init(
    model: String, backend: String, threads: Int, instructionSet: InstructionSet,
    inputShape: TensorShape, network: [Int], processor: [Int], steps: [StepTiming],
    warmUpCount: Int = 0, isWarm: Bool = true
  ) {
    self.model = model
    self.backend = backend
    self.threads = threads
    self.instructionSet = instructionSet
    self.inputShape = inputShape
    self.network = network
    self.processor = processor
    self.steps = steps
    self.warmUpCount = warmUpCount
    self.isWarm = isWarm
  }

  package var batch: Int { inputShape.batch }

  /// The worst verdict of the steps, MISTRUSTED at the best if times were taken away; nil if there is a step without
  /// one.
  package var verdict: Verdict? {
    steps.verdict.map { reason == nil ? $0 : max($0, .mistrusted) }
  }

  /// The floating-point operations of all convolutions as the direct algorithm counts them.
  package var operations: Int { steps.reduce(0) { $0 + $1.operations } }
}

/// The memory of a candidate, in bytes.
package struct MemoryUse: Hashable, Sendable {
  /// Weights that backends packed, beyond those in the file.
  package var weights = 0

  /// Activations as planned, and without sharing memory.
  package var activations = 0
  package var unsharedActivations = 0

  /// The memory that steps use while they run.
  package var scratch = 0

  /// The peak resident memory of the process.
  package var processPeak = 0

  package init() {}
}

/// The times of one step in the running network.
package struct StepTiming: Sendable {
  /// The step's name: that of its convolution, or of its node.
  package var name: String

  /// The operator of the step's main node, such as `Convolution`.
  package var operation: String

  /// The convolution that the step computes, if it computes one.
  package var problem: ConvolutionProblem?

  /// The shape of the step's output.
  package var outputShape: TensorShape

  /// The backend that ran, which differs from the requested one if that refuses the problem; empty
  /// for steps that are not convolutions.
  package var executed: String

  /// One value per repetition.
  package var samples: [Int]

  /// The step run repeatedly alone, weights and data in the cache; empty if that was not
  /// measured.
  package var hot: [Int] = []

  /// What it has to do at least.
  package var work = StepWork()

  /// The least time for that in the network, and with all data in the cache; nil if the machine's roofs are not known.
  package var floor: StepFloor?
  package var hotFloor: StepFloor?

  /// Nil if the step was not verified.
  package var verdict: Verdict?

  /// The reason for a verdict that needs one.
  package var reason: String?

  /// The largest ratio of an error to its likely bound.
  package var errorOverBound: Double?

  package init(
    name: String, operation: String, problem: ConvolutionProblem?, outputShape: TensorShape,
    executed: String, samples: [Int], verdict: Verdict?, errorOverBound: Double?
  ) {
    self.name = name
    self.operation = operation
    self.problem = problem
    self.outputShape = outputShape
    self.executed = executed
    self.samples = samples
    self.verdict = verdict
    self.errorOverBound = errorOverBound
  }

  /// The floating-point operations that the step is credited with: those of the direct algorithm,
  /// whatever the backend does; 0 for steps that are not convolutions.
  package var operations: Int { problem?.operations ?? 0 }
}

extension Collection<StepTiming> {
  /// The worst verdict; nil if there is none, or if a step has none.
  package var verdict: Verdict? {
    contains { $0.verdict == nil } ? nil : compactMap(\.verdict).overall
  }

  /// The time that the steps take together in each repetition.
  package var totals: [Int] {
    guard let count = map(\.samples.count).min() else { return [] }
    return (0..<count).map { repetition in reduce(0) { $0 + $1.samples[repetition] } }
  }
}

extension BenchmarkResult {
  /// A candidate that has been judged and not been timed.
  init(model: String, candidate: Candidate, plan: Plan, layers: [String: LayerResult]) {
    self.init(
      model: model, backend: candidate.run.name, threads: candidate.team.count,
      instructionSet: plan.instructionSet, inputShape: plan.inputShape, network: [],
      processor: [],
      steps: (0..<plan.stepCount).map { index in
        let step = plan.step(index)
        let name = plan.name(ofStep: index)
        let layer = layers[name]
        var timing = StepTiming(
          name: name, operation: plan.graph.nodes[step.mainNode].operation.name,
          problem: plan.problem(ofStep: index), outputShape: plan.program.shapes[step.output],
          executed: plan.assignment(ofStep: index)?.executed ?? "", samples: [],
          verdict: layer?.verdict, errorOverBound: layer?.deviation.errorOverBound)
        timing.reason = layer?.reason
        timing.work = StepWork(plan, step: index)
        return timing
      })
    memory.weights = plan.packedBytes
    memory.activations = plan.activationBytes
    memory.unsharedActivations = plan.unsharedActivationBytes
    memory.scratch = plan.scratchBytes(threads: candidate.team.count)
    memory.processPeak = MemoryUse.peakOfProcess()
    reason = steps.first { $0.verdict?.isFailure == true && $0.reason != nil }.map {
      "\($0.name): \($0.reason ?? "")"
    }
  }

  /// Takes in times.
  mutating func add(_ samples: NetworkSamples) {
    var samples = samples
    setAsideCount = samples.setThrottledAside()
    network = samples.network
    processor = samples.processor
    machine = samples.machine
    blocks = samples.blocks
    rounds = samples.rounds
    for index in steps.indices { steps[index].samples = samples.steps[index] }
    warmUpCount = samples.warmUpCount
    isWarm = samples.isWarm
  }

  /// Takes in the times of convolutions alone, by step.
  mutating func add(hot: [HotLoop.Result]) {
    for (index, result) in hot.enumerated() {
      steps[index].hot = result.times
      if let doubt = result.doubt { steps[index].reason = doubt }
    }
    if let step = zip(steps, hot).first(where: { $1.doubt != nil })?.0 {
      reason = "\(step.name): \(step.reason ?? "")"
    }
  }
}

extension MemoryUse {
  /// `VmHWM` of this process; 0 if the system does not report it.
  static func peakOfProcess() -> Int {
    let status = SystemFile.read("/proc/self/status") ?? ""
    let field = ProcessorDescription.field("VmHWM", of: status) ?? ""
    return (field.split(separator: " ").first.flatMap { Int($0) } ?? 0) * 1024
  }
}
