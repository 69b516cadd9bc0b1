import Kernels

/// What one kind of node computes: everything that the program has to know of it, but for its error bound.
///
/// The semantics are those of MXNet at inference. A new operator is a type that conforms, in a file of its
/// own, a case of ``Operation`` that holds it, and an `OperatorBound` in the Verify module.
protocol Operator: Sendable {
  /// The operator's name in MXNet, which reports and golden files use.
  var name: String { get }

  /// How many inputs the operator may have, its parameters not counted; one unless stated.
  var inputCount: ClosedRange<Int> { get }

  /// The shapes of the operator's parameters, in order; none unless stated.
  ///
  /// - Parameter input: The shape of the first input; nil if it is not known yet.
  /// - Returns: One shape a parameter.
  func parameterShapes(on input: TensorShape?) -> [ParameterShape]

  /// The shape of the output.
  ///
  /// - Parameters:
  ///   - inputs: The shapes of the inputs, as many as ``inputCount`` allows.
  ///   - node: The node's name, for errors.
  /// - Returns: The shape.
  /// - Throws: ``GraphError`` if there is no output.
  func outputShape(of inputs: [TensorShape], node: String) throws(GraphError) -> TensorShape

  /// The output in double precision, as it is defined: nothing is fused, and sums run in one order.
  ///
  /// - Parameters:
  ///   - inputs: The inputs, of the shapes that the graph says.
  ///   - shape: The shape of the output.
  ///   - context: The node's parameters, and threads.
  /// - Returns: The output.
  /// - Throws: ``GraphError`` if a parameter is missing.
  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double>

  /// What a node of this operator is in a plan before the passes; nil if it is nothing that runs.
  func step(at node: Int) -> Step.Kind?

  /// In which layouts the operator's step reads and writes.
  var layoutRule: LayoutRule { get }

  /// Prepares the operator's step, if that is of the kind `node`.
  ///
  /// - Parameters:
  ///   - inputs: The shapes of the inputs.
  ///   - node: The node, which names its parameters.
  ///   - parameters: All of the network's.
  /// - Returns: What runs.
  /// - Throws: ``GraphError`` if a parameter is missing or the shapes do not fit.
  func prepare(_ inputs: [TensorShape], node: Node, parameters: Parameters) throws(GraphError)
    -> any PreparedOperation
}

/// In which layouts a step that is no convolution reads and writes.
enum LayoutRule {
  /// Inputs and output have one layout, whichever that is.
  case uniform

  /// Everything of more than one pixel lies in planes.
  case planar

  /// The step is laid out by rules of its own: it copies or stacks, or is a convolution.
  case own
}

extension Operator {
  var inputCount: ClosedRange<Int> { 1...1 }
  func parameterShapes(on input: TensorShape?) -> [ParameterShape] { [] }
  func outputShape(of inputs: [TensorShape], node: String) throws(GraphError) -> TensorShape {
    inputs[0]
  }
  func step(at node: Int) -> Step.Kind? { .node(node) }
  var layoutRule: LayoutRule { .uniform }

  func prepare(_ inputs: [TensorShape], node: Node, parameters: Parameters) throws(GraphError)
    -> any PreparedOperation
  {
    throw GraphError(.brokenPlan, node: node.name, "a step of its own cannot compute \(name)")
  }
}

/// What an operator needs to compute a node in double precision.
struct ReferenceContext {
  let node: Node
  let parameters: Parameters
  let team: WorkerTeam

  /// Computes a tensor of which each plane depends on one plane of the input, sharing the planes out
  /// among the threads.
  ///
  /// - Parameters:
  ///   - shape: The tensor's shape; its batch and channels are those of the input.
  ///   - input: What is read.
  ///   - body: Computes one plane, all of it, from the same plane of the input.
  /// - Returns: The tensor.
  @inline(__always)
  func planes(
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
}

/// An operation with its parameters in 32-bit floats, ready to run on views of memory.
protocol PreparedOperation: Sendable {
  /// The scratch elements that each thread needs; none unless stated.
  func scratchCount(input: Layout, output: Layout) -> Int

  /// Runs on a batch.
  ///
  /// - Parameters:
  ///   - inputs: The inputs, laid out as the operator's ``LayoutRule`` says.
  ///   - output: Where the result goes.
  ///   - run: The inner loops, the threads and their scratch memory.
  func run(_ inputs: [FeatureView], _ output: MutableFeatureView, _ run: OperationRun)
}

extension PreparedOperation {
  func scratchCount(input: Layout, output: Layout) -> Int { 0 }
}

/// What an operation runs with.
@safe
struct OperationRun {
  let microkernels: MicrokernelTable
  let team: WorkerTeam

  /// The scratch memory of a worker, as many elements as were asked for.
  let scratch: (_ worker: Int) -> UnsafeMutablePointer<Float>
}

extension Node {
  /// A parameter of this node by its place; nil if the node has fewer.
  ///
  /// - Throws: ``GraphError`` if it has one, and it is not there.
  func parameter(_ slot: Int, in parameters: Parameters) throws(GraphError) -> Parameter? {
    guard self.parameters.indices.contains(slot) else { return nil }
    guard let found = parameters[self.parameters[slot]] else {
      throw .missing(self.parameters[slot], of: self)
    }
    return found
  }
}
