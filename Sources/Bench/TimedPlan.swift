import Kernels
import Net

/// A plan that is timed, and what is noted of its runs besides their times.
struct TimedPlan {
  let executor: Executor
  let outputs: OutputRecord
  let isolation: IsolationRecord
  private let inputs: [Tensor<Float>]

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
        let input = inputs[outputs.nextInput]
        executor.write(input.elements.span, to: plan.graph.input)
        lap()
        for index in 0..<plan.stepCount {
          executor.run(step: index)
          lap()
        }
      },
      end: {
        isolation.end()
        outputs.add(executor.value(of: plan.graph.output))
      })
  }
}
