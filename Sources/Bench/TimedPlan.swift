import Kernels
import Net

/// A plan that is timed, and what is noted of its runs besides their times.
final class TimedPlan {
  private(set) var executor: Executor
  let outputs: OutputRecord
  let isolation: IsolationRecord
  private let inputs: [Tensor<Float>]

  /// Makes the same plan again.
  private let prepare: () throws -> Plan

  /// The part of the stack that runs leave unused.
  private var stackGap = 0
  private var generator = SeededGenerator(seed: 1)

  /// What the machine can do, as far as looks at it before and between the runs have shown.
  private(set) var floor = PhysicalFloor.measure()

  /// Whether a backend says that its results differ from run to run.
  let orderVaries: Bool

  /// - Parameters:
  ///   - executor: What runs.
  ///   - inputs: What it computes, in turn; their shape is that which the plan was made for.
  ///   - prepare: Makes the same plan again.
  init(_ executor: Executor, inputs: [Tensor<Float>], prepare: @escaping () throws -> Plan) {
    self.executor = executor
    self.prepare = prepare
    self.inputs = inputs
    orderVaries = (0..<executor.plan.stepCount).contains {
      executor.plan.assignment(ofStep: $0)?.description.orderVaries == true
    }
    outputs = OutputRecord(inputCount: inputs.count, comparesBits: !orderVaries)
    isolation = IsolationRecord(executor.plan, on: executor.team)
  }

  /// The plan in the form that a ``Sampler`` times.
  var network: TimedNetwork {
    let plan = executor.plan
    return TimedNetwork(
      stepCount: plan.stepCount, begin: isolation.begin,
      run: { lap in
        // What `Executor.run` does, with a lap after the copy of the input as well: otherwise the
        // first step would be charged for it.
        let executor = self.executor
        let input = self.inputs[self.outputs.nextInput]
        Placement.below(self.stackGap) {
          executor.write(input.elements.span, to: plan.graph.input)
          lap()
          for index in 0..<plan.stepCount {
            executor.run(step: index)
            lap()
          }
        }
      },
      end: {
        self.isolation.end()
        self.outputs.add(self.executor.value(of: plan.graph.output))
      }, renew: renew)
  }

  /// Puts everything elsewhere in memory, as it would be in another process; see ``Placement``.
  private func renew() {
    floor.raise(to: .measure())
    stackGap = Int.random(in: 0..<Self.stackStep, using: &generator) * Self.lineByteCount
    // Without memory for others, the plan and the arena that there are go on.
    guard let plan = try? prepare(), let other = try? Executor(plan: plan, team: executor.team)
    else { return }
    executor = other
    Placement.releaseFreeMemory()
    isolation.shareProcessor()
    defer { isolation.unshareProcessor() }
    let input = inputs[outputs.nextInput]
    executor.run(input.elements.span)
  }

  /// The lines of a page, all of which the stack may begin at.
  private static let stackStep = 64
  private static let lineByteCount = 64
}
