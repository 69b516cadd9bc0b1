import Explain
import Imaging
import Kernels
import Net
import Report

/// Runs pictures through a network and makes the maps of some classes.
///
/// Pictures of one size share one plan.
struct CamMapper {
  /// Which classes to map.
  enum Classes {
    case top(Int)
    case named(String)
  }

  let model: Model
  let backend: any ConvolutionBackend
  let options: PlanOptions
  let team: WorkerTeam
  private var executor: Executor?
  private var head: ClassifierHead?

  init(model: Model, backend: any ConvolutionBackend, options: PlanOptions, team: WorkerTeam) {
    self.model = model
    self.backend = backend
    self.options = options
    self.team = team
  }

  /// The classes of the network on inputs of one shape.
  mutating func classCount(for shape: TensorShape) throws -> Int {
    try prepare(for: shape).head.classCount
  }

  private mutating func prepare(for shape: TensorShape) throws
    -> (executor: Executor, head: ClassifierHead)
  {
    if let executor, let head, executor.plan.inputShape == shape { return (executor, head) }
    let shapes = try model.graph.shapes(input: shape, parameters: model.parameters)
    let head = try ClassifierHead(of: model.graph, shapes: shapes)
    var options = options
    options.taps = [
      model.graph.nodes[head.features].name, model.graph.nodes[head.logits].name,
    ]
    let plan = try Plan(
      graph: model.graph, parameters: model.parameters, input: shape,
      backends: BackendChoice(backend), options: options)
    let executor = try Executor(plan: plan, team: team)
    self.executor = executor
    self.head = head
    return (executor, head)
  }

  /// Runs one picture.
  mutating func map(
    _ picture: PreparedPicture, image: String, labels: Labels, classes: Classes
  ) throws -> CamResult {
    let (executor, head) = try prepare(for: picture.input.shape)
    executor.run(picture.input.elements.span)
    let graph = model.graph
    let probabilities = executor.value(of: graph.output)
    let logits = executor.value(of: head.logits)
    guard logits.allSatisfy(\.isFinite) else {
      throw UsageError("\(image): the network's result is not finite; are these its weights?")
    }
    let features = executor.value(of: head.features)
    let shape = executor.plan.program.shapes[head.features]
    let chosen =
      switch classes {
      case .top(let count): topIndices(probabilities, min(count, head.classCount))
      case .named(let name): [try labels.index(of: name, classCount: head.classCount)]
      }
    return CamResult(
      image: image, output: nil,
      top: try chosen.map { index in
        CamResult.Entry(
          label: labels.name(index), probability: Double(probabilities[index]),
          logit: Double(logits[index]),
          map: try head.map(
            ofClass: index, features: features[...], shape: shape, parameters: model.parameters))
      })
  }
}
