import Kernels

/// A step with its weights packed and its place in the arena known.
struct PreparedStep: Sendable {
  let step: Step
  let work: Work

  /// The operation to run.
  enum Work: Sendable {
    case convolution(PlacedConvolution)
    case copies([Copy])

    /// An operation, part by part where spare lanes lie between the channels.
    case operations([PlacedOperation])
  }

  /// A convolution with what it reads and writes.
  struct PlacedConvolution: Sendable {
    var prepared: any PreparedConvolution
    var input: View
    var output: View

    /// Copies in the layouts that the backend needs, where those are not the values' own.
    var reorderedInput: View?
    var reorderedOutput: View?
  }

  /// Another operation with what it reads and writes.
  struct PlacedOperation: Sendable {
    var prepared: any PreparedOperation
    var inputs: [View]
    var output: View

    /// An operation that reads and writes one layout: planes if anything is planar, for then what is
    /// blocked has one pixel.
    init(uniform prepared: any PreparedOperation, _ inputs: [View], _ output: View) {
      let isPlanar = (inputs + [output]).contains { $0.layout == .planar }
      let layout = isPlanar ? .planar : output.layout
      self.init(prepared, inputs.map { $0.asWanted(layout) }, output.asWanted(layout))
    }

    init(_ prepared: any PreparedOperation, _ inputs: [View], _ output: View) {
      self.prepared = prepared
      self.inputs = inputs
      self.output = output
    }
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
      guard let assignment = program.assignment(of: step) else {
        throw GraphError(.notAGraph, node: nodes[roles.node].name, "it is not a convolution")
      }
      let problem = assignment.executedProblem
      let copies = memory.reordered[index]
      var input = inputs[0]
      var weights = try ConvolutionWeights(roles, graph: program.graph, parameters: parameters)
      if copies?.input == nil, !input.map.isCompact {
        weights.spread(by: input.map, kernelCount: problem.kernel.height * problem.kernel.width)
        input = input.whole
      }
      var fusion = weights.fusion
      if let pool = roles.averagePool, case .pooling(let attributes) = nodes[pool].operation {
        fusion.averagePool = attributes.kernel
      }
      let prepared = try assignment.backend.prepare(
        problem, weights: weights.filter, bias: weights.bias, fusion: fusion, on: target)
      let layouts = assignment.description.layouts
      // A fully connected layer sees each image as one pixel with many channels.
      if case .fullyConnected = nodes[roles.node].operation {
        input = input.reshaped(to: problem.input)
      }
      work = .convolution(
        PlacedConvolution(
          prepared: prepared, input: input.asWanted(layouts.input),
          output: output.asWanted(layouts.output),
          reorderedInput: copies?.input.map { View($0, input.shape) },
          reorderedOutput: copies?.output.map { View($0, output.shape) }))
    case .scaleShift(let norm, let relu):
      let values = try BatchNorm(nodes[norm], parameters).singlePrecision(relu: relu)
      work = .operations(
        try parts(inputs, output) { channels, inputs, output in
          PlacedOperation(uniform: values[channels], inputs, output)
        })
    case .add(_, let relu):
      work = .operations(
        try parts(inputs, output) { _, inputs, output in
          PlacedOperation(uniform: PreparedAddition(relu: relu), inputs, output)
        })
    case .node(let node):
      let definition = nodes[node].operation.definition
      work = .operations(
        try parts(inputs, output) { _, inputs, output in
          let prepared = try definition.prepare(
            inputs.map(\.shape), node: nodes[node], parameters: parameters)
          return definition.layoutRule == .uniform
            ? PlacedOperation(uniform: prepared, inputs, output)
            : PlacedOperation(prepared, inputs, output)
        })
    case .concatenation(let node):
      var copies: [Copy] = []
      var channel = 0
      for (source, input) in zip(step.inputs, inputs) {
        let value = program.resolved(source)
        let here = Program.Placement(parent: node, channel: channel)
        if program.placements[value] != here {
          copies += try input.copies(to: output, at: channel)
        }
        channel += input.shape.channels
      }
      work = .copies(copies)
    case .copy:
      // A flatten gives the same elements another shape, in the order of planes.
      let input = inputs[0]
      let isReshaped = output.shape != input.shape
      let target =
        isReshaped ? output.asWanted(input.layout).reshaped(to: input.shape) : output
      work = .copies(try input.copies(to: target, at: 0))
    }
    /// Prepares an operation for each range of channels that are side by side.
    func parts(
      _ inputs: [View], _ output: View,
      _ prepare: (Range<Int>, [View], View) throws -> PlacedOperation
    ) throws -> [PlacedOperation] {
      guard let map = inputs.first?.map, !map.isCompact else {
        return [try prepare(0..<output.shape.channels, inputs, output)]
      }
      return try map.runs.map { run in
        try prepare(
          run.channels, inputs.map { try $0.part(run.channels) }, output.part(run.channels))
      }
    }
  }

  /// The bytes of scratch that each thread needs.
  var scratchByteCount: Int {
    switch work {
    case .convolution(let placed): placed.prepared.scratchByteCount
    case .operations(let placed):
      placed.map {
        $0.prepared.scratchCount(input: $0.inputs[0].layout, output: $0.output.layout)
          * $0.output.precision.byteCount
      }.max() ?? 0
    case .copies: 0
    }
  }

  /// The bytes of scratch that all threads share.
  var workspaceByteCount: Int {
    if case .convolution(let placed) = work { placed.prepared.workspaceByteCount } else { 0 }
  }

  /// The bytes of weights beyond those in the file.
  var packedBytes: Int {
    if case .convolution(let placed) = work { placed.prepared.packedBytes } else { 0 }
  }
}
