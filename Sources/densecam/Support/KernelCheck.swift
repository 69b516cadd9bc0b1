import Formats
import Kernels
import Net
import Verify

/// A quick check that a backend computes a network correctly on this machine.
enum KernelCheck {
  /// Verifies the smallest network, and proves that its plan keeps values apart.
  static func run(_ backend: any ConvolutionBackend, on instructionSet: InstructionSet) throws
    -> Bool
  {
    let team = try WorkerTeam(count: ThreadOptions.processorCount)
    let model = try Model("densenet-mini@1", team: team)
    let shape = TensorShape(channels: 3, height: 64, width: 64)
    let input = Tensor(
      shape: shape, elements: (0..<shape.count).map { Float($0 &* 7919 & 255) })
    let golden = GoldenFile(unrecorded: input, name: "check", model: model.name)
    let verifier = Verifier(
      graph: model.graph, parameters: model.parameters, golden: golden, team: team)
    let run = VerificationRun(
      name: backend.name, backends: BackendChoice(backend),
      options: PlanOptions(instructionSet: instructionSet))
    try Plan(
      graph: model.graph, parameters: model.parameters, input: shape, backends: run.backends,
      options: run.options
    ).check()
    let result = try verifier.verify(
      golden.cases[0], runs: [run], options: VerificationOptions())
    return result.verdict.map { $0 < .fail } ?? false
  }
}
