import Kernels
import Net

/// What a step has to do at least, by the algorithm of its kernel.
package struct StepWork: Hashable, Sendable {
  /// The floating-point operations of the algorithm, a multiplication and its addition counted as two.
  ///
  /// Of Winograd's that is the element-wise products of whole tiles, tile waste included, and not the transforms,
  /// which a kernel may do in many ways; padding is left out elsewhere.
  package var operations = 0

  /// The bytes of input and output, each moved once.
  package var activationByteCount = 0

  /// Those of the weights.
  package var weightByteCount = 0

  package init(operations: Int = 0, activationByteCount: Int = 0, weightByteCount: Int = 0) {
    self.operations = operations
    self.activationByteCount = activationByteCount
    self.weightByteCount = weightByteCount
  }

  /// All bytes that are moved.
  package var byteCount: Int { activationByteCount + weightByteCount }

  /// The operations for each byte that is moved.
  package var intensity: Double { byteCount > 0 ? Double(operations) / Double(byteCount) : 0 }
}

/// The least time that a machine takes for a step, and what sets it.
package struct StepFloor: Hashable, Sendable {
  package var nanoseconds: Double

  /// `arithmetic`, or the level of the memory.
  package var boundBy: String
}

extension StepWork {
  /// The work of a step of a plan.
  init(_ plan: Plan, step index: Int) {
    let size = MemoryLayout<Float>.stride
    if let assignment = plan.assignment(ofStep: index) {
      let problem = assignment.executedProblem
      operations = 2 * assignment.description.algorithm.multiplicationCount(of: problem)
      activationByteCount = (problem.input.count + problem.output.count) * size
      weightByteCount = problem.weightCount * size
      return
    }
    let step = plan.step(index)
    let nodes = step.inputs + [step.output]
    activationByteCount = nodes.reduce(0) { $0 + plan.program.shapes[$1].count } * size
  }

  /// The time below which a machine cannot do this work.
  ///
  /// It is the roofline model (Williams, Waterman & Patterson, "Roofline: an insightful visual performance model",
  /// Comm. ACM 52, 2009): arithmetic at its peak, and data at the bandwidth of where they are. Activations are
  /// where steps of their size leave them for each other, and weights where those of the whole network fit.
  ///
  /// - Parameters:
  ///   - roofs: What the machine can do.
  ///   - instructionSet: What the kernel computes with.
  ///   - threads: The threads that share the work.
  ///   - allByteCount: The size of what is used between two runs of the step, which decides where its weights are.
  /// - Returns: The floor; nil if the roofs are not known.
  func floor(
    _ roofs: MachineRoofs, _ instructionSet: InstructionSet, threads: Int, allByteCount: Int
  ) -> StepFloor? {
    guard let peak = roofs.peak(instructionSet, threads: threads),
      let near = roofs.bandwidth(of: byteCount, threads: threads),
      let far = roofs.bandwidth(of: allByteCount, threads: threads)
    else { return nil }
    let floors = [
      StepFloor(nanoseconds: Double(operations) / peak, boundBy: "arithmetic"),
      StepFloor(
        nanoseconds: Double(activationByteCount) / near.gigabytes, boundBy: near.level),
      StepFloor(nanoseconds: Double(weightByteCount) / far.gigabytes, boundBy: far.level),
    ]
    return floors.max { $0.nanoseconds < $1.nanoseconds }
  }
}

extension BenchmarkResult {
  /// Notes the floor of every step.
  mutating func add(_ roofs: MachineRoofs) {
    let all = memory.weights + memory.activations
    for index in steps.indices {
      let work = steps[index].work
      steps[index].floor = work.floor(
        roofs, instructionSet, threads: threads, allByteCount: all)
      steps[index].hotFloor = work.floor(
        roofs, instructionSet, threads: threads, allByteCount: work.byteCount)
    }
  }
}
