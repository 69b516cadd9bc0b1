import Kernels
import Net
import TestSupport
import Testing

@Suite("Operators, against MXNet") struct OperatorTests {
  /// MXNet computed in single precision, on sums of at most 126 products of numbers around 1: a few
  /// units of 2⁻²⁴ times a sum of magnitudes below 200.
  static let tolerance = 4e-5

  @Test("the fixture is there") func fixture() { #expect(OperatorCase.all.count > 25) }

  @Test("the double-precision reference agrees", arguments: OperatorCase.all)
  func reference(item: OperatorCase) throws {
    let graph = try item.graph()
    let evaluator = ReferenceEvaluator(
      graph: graph, parameters: item.weights, team: try WorkerTeam(count: 2))
    var result: Tensor<Double>?
    try evaluator.run(Tensor(shape: item.shape, elements: item.input.map(Double.init))) {
      if $0 == graph.output { result = $1 }
    }
    let output = try #require(result)
    #expect(output.shape.count == item.outputShape.reduce(1, *))
    for (got, expected) in zip(output.elements, item.output) {
      #expect((got - expected).magnitude <= Self.tolerance)
    }
  }

  @Test(
    "plans agree, fused and not", arguments: OperatorCase.all,
    BackendRegistry.builtIn.all.flatMap { backend in
      InstructionSet.supported.flatMap { set in
        [true, false].map { PlanKind(backend: backend, instructionSet: set, isFused: $0) }
      }
    })
  func plan(item: OperatorCase, kind: PlanKind) throws {
    let graph = try item.graph()
    let plan = try Plan(
      graph: graph, parameters: item.weights, input: item.shape,
      backends: BackendChoice(kind.backend),
      options: PlanOptions(
        passes: kind.isFused ? Set(Pass.allCases) : [], instructionSet: kind.instructionSet))
    if !kind.isFused { #expect(plan.stepCount == graph.nodes.count - 1) }
    let executor = try Executor(plan: plan, team: WorkerTeam(count: 2))
    executor.run(item.input.span)
    let output = executor.value(of: graph.output)
    #expect(output.count == item.output.count)
    for (got, expected) in zip(output, item.output) {
      #expect((Double(got) - expected).magnitude <= Self.tolerance)
    }
  }

  struct PlanKind: Sendable, CustomStringConvertible {
    let backend: any ConvolutionBackend
    let instructionSet: InstructionSet
    let isFused: Bool
    var description: String { "\(backend.name) \(instructionSet) \(isFused ? "fused" : "unfused")" }
  }
}
