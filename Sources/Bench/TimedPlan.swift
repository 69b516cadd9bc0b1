import Kernels
import Net

/// A plan that is timed, and what is noted of its runs besides their times.
final class TimedPlan {
  private(set) var executor: Executor
  let outputs: OutputRecord
  let isolation: IsolationRecord
  private let inputs: [Tensor<Float>]

  /// What the machine can do, as far as looks at it before and between the runs have shown.
  private(set) var floor = PhysicalFloor.measure()

  /// Whether a backend says that its results differ from run to run.
  let orderVaries: Bool

  /// - Parameters:
  ///   - executor: What runs.
  ///   - inputs: What it computes, in turn; their shape is that which the plan was made for.
  init(_ executor: Executor, inputs: [Tensor<Float>]) {
    self.executor = executor
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
        executor.write(input.elements.span, to: plan.graph.input)
        lap()
        for index in 0..<plan.stepCount {
          executor.run(step: index)
          lap()
        }
      },
      end: {
        self.isolation.end()
        self.outputs.add(self.executor.value(of: plan.graph.output))
      }, renew: renew)
  }

  /// Takes other memory for the activations.
  ///
  /// Where they lie decides which of them share a place in a cache, and is another matter in every process: a run
  /// that had only one such place would seem more certain than it is.
  private func renew() {
    floor.raise(to: .measure())
    // Without memory for another arena the one that there is goes on.
    guard let other = try? Executor(plan: executor.plan, team: executor.team) else { return }
    executor = other
    isolation.shareProcessor()
    defer { isolation.unshareProcessor() }
    let input = inputs[outputs.nextInput]
    executor.run(input.elements.span)
  }
}
