import Formats
import Kernels

@testable import Net

extension FuzzTarget {
  private static let file = ScratchFile()
  private static let model = try? Model("densenet-mini@1", team: WorkerTeam(count: 1))

  /// Saved plans, up to the network compiled as they say, without its weights.
  static let plan = FuzzTarget("plan") { bytes in
    guard let model else { preconditionFailure("the smallest network cannot be made") }
    let saved = try PlanFile(path: file.fill(bytes))
    let choice = try saved.choice(from: .builtIn, name: "plan:FILE")
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters,
      input: TensorShape(channels: 3, height: 64, width: 64), backends: choice,
      options: PlanOptions(preparedNodes: []))
    let again = try? PlanFile(path: file.fill(PlanFile(plan, of: model).json()))
    precondition(again?.assignments.count == plan.assignments.count, "a plan cannot be read back")
  }
}
