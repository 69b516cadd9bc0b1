public import Kernels
import Glibc

/// Computes one node of a graph in double precision, exactly as its ``Operation`` is defined.
///
/// This is what goldens are recorded from and what verdicts rest on. Nothing is fused, folded or
/// contracted, sums run in one fixed order, and the only functions that the C library rounds are
/// `exp` and `tanh`; so the results are the same on every machine and for any number of threads.
public struct ReferenceEvaluator: Sendable {
  public let graph: Graph
  public let parameters: Parameters
  let team: WorkerTeam

  public init(graph: Graph, parameters: Parameters, team: WorkerTeam) {
    self.graph = graph
    self.parameters = parameters
    self.team = team
  }

  /// Computes the output of one node.
  ///
  /// - Parameters:
  ///   - index: The node.
  ///   - inputs: The outputs of its input nodes, in order.
  /// - Returns: The output, of the shape that ``Graph/shapes(input:parameters:)`` says.
  /// - Throws: ``GraphError`` if the shapes or parameters do not fit.
  public func evaluate(_ index: Int, inputs: [Tensor<Double>]) throws(GraphError)
    -> Tensor<Double>
  {
    let node = graph.nodes[index]
    guard let first = inputs.first else {
      throw GraphError(.wrongInputCount, node: node.name, "it has no input to compute from")
    }
    try node.check(parameters, inputs: inputs.map(\.shape))
    let shape = try node.outputShape(of: inputs.map(\.shape))
    switch node.operation {
    case .convolution, .fullyConnected:
      return try convolve(node, first)
    case .batchNorm:
      return scaleShift(first, try BatchNorm(node, parameters))
    case .activation(let activation):
      return activate(first, activation)
    case .pooling(let attributes):
      return pool(first, try PoolingGeometry(attributes, input: first.shape, node: node.name))
    case .concatenation:
      return concatenate(inputs, shape)
    case .add:
      var result = first
      for other in inputs.dropFirst() {
        for i in result.elements.indices { result.elements[i] += other.elements[i] }
      }
      return result
    case .input, .flatten, .identity:
      return Tensor(shape: shape, elements: first.elements)
    case .softmax:
      return softmax(first)
    }
  }

  /// Runs the whole graph, showing each output to `visit` as it comes and forgetting it once all its
  /// readers have run.
  ///
  /// - Throws: ``GraphError``, or what `visit` throws.
  public func run(
    _ input: Tensor<Double>, visit: (_ node: Int, _ value: Tensor<Double>) throws -> Void
  ) throws {
    var readers = graph.consumers.map(\.count)
    var values = [Tensor<Double>?](repeating: nil, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      let value =
        index == graph.input
        ? input : try evaluate(index, inputs: node.inputs.compactMap { values[$0] })
      try visit(index, value)
      if readers[index] > 0 { values[index] = value }
      for source in node.inputs {
        readers[source] -= 1
        if readers[source] == 0 { values[source] = nil }
      }
    }
  }

  private func convolve(_ node: Node, _ input: Tensor<Double>) throws(GraphError)
    -> Tensor<Double>
  {
    guard let problem = try node.convolutionProblem(input: input.shape),
      let weights = parameters[node.parameters[0]]
    else {
      throw GraphError(.missingParameter, node: node.name, "it has no weights")
    }
    let bias = node.parameters.dropFirst().first.flatMap { parameters[$0] }
    let source = Tensor(shape: problem.input, elements: input.elements)
    return weights.withElements { elements in
      ReferenceConvolution.convolve(
        problem, input: source, weights: elements, bias: bias?.elements.map(Double.init),
        team: team)
    }
  }

  private func scaleShift(_ input: Tensor<Double>, _ norm: BatchNorm) -> Tensor<Double> {
    unsafe planes(of: input.shape, from: input) { plane, source, target in
      let channel = plane % input.shape.channels
      let (scale, shift) = (norm.scale[channel], norm.shift[channel])
      for i in 0..<input.shape.planeCount { unsafe target[i] = scale * source[i] + shift }
    }
  }

  private func activate(_ input: Tensor<Double>, _ activation: Activation) -> Tensor<Double> {
    unsafe planes(of: input.shape, from: input) { _, source, target in
      for i in 0..<input.shape.planeCount { unsafe target[i] = activation.apply(source[i]) }
    }
  }

  private func pool(_ input: Tensor<Double>, _ geometry: PoolingGeometry) -> Tensor<Double> {
    let (width, output) = (input.shape.width, geometry.output)
    return unsafe planes(of: output, from: input) { _, source, target in
      for y in 0..<output.height {
        for x in 0..<output.width {
          let window = geometry.window(y, x)
          var value = geometry.attributes.reduction == .maximum ? -Double.infinity : 0
          for row in window.rows {
            for column in window.columns {
              let element = unsafe source[row * width + column]
              switch geometry.attributes.reduction {
              case .average: value += element
              // NaN spreads: it replaces everything, and nothing is greater than it.
              case .maximum: if element > value || element.isNaN { value = element }
              }
            }
          }
          if geometry.attributes.reduction == .average { value /= Double(window.divisor) }
          unsafe target[y * output.width + x] = value
        }
      }
    }
  }

  /// Computes a tensor of which each plane depends on one plane of the input, sharing the planes out
  /// among the threads.
  ///
  /// - Parameters:
  ///   - shape: The tensor's shape; its batch and channels are those of the input.
  ///   - input: What is read.
  ///   - body: Computes one plane, all of it, from the same plane of the input.
  /// - Returns: The tensor.
  @inline(__always)
  private func planes(
    of shape: TensorShape, from input: Tensor<Double>,
    _ body: (
      _ plane: Int, _ source: UnsafePointer<Double>, _ target: UnsafeMutablePointer<Double>
    ) -> Void
  ) -> Tensor<Double> {
    let count = shape.batch * shape.channels
    // Small planes are handed out in groups: a task should outweigh its claiming.
    let group = max(1, 4096 / input.shape.planeCount)
    let elements = unsafe [Double](unsafeUninitializedCapacity: shape.count) { buffer, filled in
      unsafe input.elements.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = buffer.baseAddress else { return }
        team.run(taskCount: (count + group - 1) / group) { _, task in
          for plane in (task * group)..<min(count, (task + 1) * group) {
            unsafe body(
              plane, source + plane * input.shape.planeCount, target + plane * shape.planeCount)
          }
        }
        filled = shape.count
      }
    }
    return Tensor(shape: shape, elements: elements)
  }

  private func concatenate(_ inputs: [Tensor<Double>], _ shape: TensorShape) -> Tensor<Double> {
    var elements: [Double] = []
    elements.reserveCapacity(shape.count)
    for image in 0..<shape.batch {
      for input in inputs {
        let count = input.shape.imageCount
        elements += input.elements[(image * count)..<((image + 1) * count)]
      }
    }
    return Tensor(shape: shape, elements: elements)
  }

  private func softmax(_ input: Tensor<Double>) -> Tensor<Double> {
    var result = input
    let shape = input.shape
    for image in 0..<shape.batch {
      for pixel in 0..<shape.planeCount {
        let first = image * shape.imageCount + pixel
        let indices = (0..<shape.channels).map { first + $0 * shape.planeCount }
        let largest = indices.reduce(-Double.infinity) { max($0, input.elements[$1]) }
        var sum = 0.0
        for i in indices {
          result.elements[i] = exp(input.elements[i] - largest)
          sum += result.elements[i]
        }
        for i in indices { result.elements[i] /= sum }
      }
    }
    return result
  }
}
