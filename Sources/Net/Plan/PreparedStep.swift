import Kernels

/// A step with its weights packed and its place in the arena known.
struct PreparedStep: Sendable {
  let step: Step
  let work: Work

  /// What runs.
  enum Work: Sendable {
    case convolution(PlacedConvolution)
    case copies([(from: View, to: View)])
    case operation(any PreparedOperation, inputs: [View], output: View)
  }

  /// Where a value lies and which shape the step sees it in.
  struct View: Hashable, Sendable {
    var offset: Int
    var shape: TensorShape
    var layout: Layout
    var batchStride: Int

    init(_ location: MemoryPlan.Location, _ shape: TensorShape) {
      offset = location.offset
      self.shape = shape
      layout = location.layout
      batchStride = location.batchStride
    }

    /// The same memory as planes, if that is wanted and they are of one pixel each.
    func asWanted(_ wanted: Layout) -> View {
      var view = self
      if shape.planeCount == 1, wanted == .planar { view.layout = .planar }
      return view
    }

    /// Two views that are read and written together, in one layout if either can be seen in the
    /// other's: only values of one pixel lie in layouts of their own.
    static func matching(_ a: View, _ b: View) -> (View, View) {
      (a.asWanted(b.layout), b.asWanted(a.layout))
    }

    /// The elements of each image: what may be written there, the spare lanes of a last block included.
    var extents: [Range<Int>] {
      let count = layout.imageCount(of: shape)
      return (0..<shape.batch).map { image in
        let start = offset + image * batchStride
        return start..<(start + count)
      }
    }
  }

  /// A convolution with what it reads and writes.
  struct PlacedConvolution: Sendable {
    var prepared: any PreparedConvolution
    var input: View
    var output: View

    /// Copies in the layouts that the backend wants, where those are not the values' own.
    var reorderedInput: View?
    var reorderedOutput: View?
  }
}

extension PreparedStep.Work {
  /// An operation that reads and writes one layout: planes if anything is in planes, for then what is in
  /// blocks has one pixel.
  fileprivate static func uniform(
    _ prepared: any PreparedOperation, _ inputs: [PreparedStep.View], _ output: PreparedStep.View
  ) -> Self {
    let isPlanar = (inputs + [output]).contains { $0.layout == .planar }
    let layout = isPlanar ? .planar : output.layout
    return .operation(
      prepared, inputs: inputs.map { $0.asWanted(layout) }, output: output.asWanted(layout))
  }
}

extension PreparedStep {
  /// A step that does nothing.
  init(idle step: Step) {
    self.step = step
    work = .copies([])
  }

  /// Packs a step's weights and finds its views.
  init(
    _ step: Step, at index: Int, program: Program, parameters: Parameters, memory: MemoryPlan,
    target: ExecutionTarget
  ) throws {
    self.step = step
    func view(_ node: Int) throws -> View {
      guard let location = memory.locations[program.resolved(node)] else {
        throw GraphError(
          .notAGraph, node: program.graph.nodes[node].name, "its value is nowhere in memory")
      }
      return View(location, program.shapes[node])
    }
    let output = try view(step.output)
    let inputs = try step.inputs.map(view)
    let nodes = program.graph.nodes
    switch step.kind {
    case .convolution(let roles):
      let weights = try ConvolutionWeights(roles, graph: program.graph, parameters: parameters)
      guard let assignment = program.assignment(of: step) else {
        throw GraphError(.notAGraph, node: nodes[roles.node].name, "it is not a convolution")
      }
      let problem = assignment.executedProblem
      var fusion = weights.fusion
      if let pool = roles.averagePool, case .pooling(let attributes) = nodes[pool].operation {
        fusion.averagePool = attributes.kernel
      }
      let prepared = try assignment.backend.prepare(
        problem, weights: weights.filter, bias: weights.bias, fusion: fusion, on: target)
      let layouts = assignment.description.layouts
      // A fully connected layer sees each image as one pixel with many channels.
      var input = inputs[0]
      if roles.averagePool == nil { input.shape = problem.input }
      let copies = memory.reordered[index]
      work = .convolution(
        PlacedConvolution(
          prepared: prepared, input: input.asWanted(layouts.input),
          output: output.asWanted(layouts.output),
          reorderedInput: copies?.input.map { View($0, input.shape) },
          reorderedOutput: copies?.output.map { View($0, output.shape) }))
    case .scaleShift(let norm, let relu):
      let values = try BatchNorm(nodes[norm], parameters)
      work = .uniform(values.singlePrecision(relu: relu), inputs, output)
    case .add(_, let relu): work = .uniform(PreparedAddition(relu: relu), inputs, output)
    case .node(let node):
      let definition = nodes[node].operation.definition
      let prepared = try definition.prepare(
        inputs.map(\.shape), node: nodes[node], parameters: parameters)
      switch definition.layoutRule {
      case .uniform: work = .uniform(prepared, inputs, output)
      case .planar, .own: work = .operation(prepared, inputs: inputs, output: output)
      }
    case .concatenation(let node):
      var copies: [(from: View, to: View)] = []
      var channel = 0
      for (source, input) in zip(step.inputs, inputs) {
        let value = program.resolved(source)
        let here = Program.Placement(parent: node, channel: channel)
        if program.placements[value] != here {
          var target = output
          target.offset += channel * output.shape.planeCount
          target.shape = input.shape
          copies.append(View.matching(input, target))
        }
        channel += input.shape.channels
      }
      work = .copies(copies)
    case .copy:
      // A flatten gives the same elements another shape, in the order of planes.
      var target = output.asWanted(inputs[0].layout)
      target.shape = inputs[0].shape
      work = .copies([View.matching(inputs[0], target)])
    }
  }

  /// The scratch elements that each thread needs.
  var scratchCount: Int {
    switch work {
    case .convolution(let placed): placed.prepared.scratchCount
    case .operation(let prepared, let inputs, let output):
      prepared.scratchCount(input: inputs[0].layout, output: output.layout)
    case .copies: 0
    }
  }

  /// The scratch elements that all threads share.
  var workspaceCount: Int {
    if case .convolution(let placed) = work { placed.prepared.workspaceCount } else { 0 }
  }

  /// The bytes of weights beyond those in the file.
  var packedBytes: Int {
    if case .convolution(let placed) = work { placed.prepared.packedBytes } else { 0 }
  }
}
