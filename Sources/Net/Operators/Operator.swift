import Kernels

/// One kind of node: everything that the program has to know about it, except its error bound.
///
/// The semantics are those of MXNet at inference. A new operator is a type that conforms, in its own file,
/// a case of ``Operation`` that holds it, and an `OperatorBound` in the Verify module.
protocol Operator: Sendable {
  /// The operator's name in MXNet, which reports and golden files use.
  var name: String { get }

  /// How many inputs the operator may have, its parameters not counted; one unless stated.
  var inputCount: ClosedRange<Int> { get }

  /// The shapes of the operator's parameters, in order; none unless stated.
  ///
  /// - Parameter input: The shape of the first input; nil if it is not known yet.
  /// - Returns: One shape per parameter.
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
  ///   - inputs: The inputs, of the graph's shapes.
  ///   - shape: The shape of the output.
  ///   - context: The node's parameters, and threads.
  /// - Returns: The output.
  /// - Throws: ``GraphError`` if a parameter is missing.
  func reference(
    _ inputs: [Tensor<Double>], shape: TensorShape, _ context: ReferenceContext
  ) throws(GraphError) -> Tensor<Double>

  /// The kind of step that a node of this operator is before the passes; nil if nothing runs.
  func step(at node: Int) -> Step.Kind?

  /// The layouts in which the operator's step reads and writes.
  var layoutRule: LayoutRule { get }

  /// Prepares the operator's step, if that is of the kind `node`.
  ///
  /// - Parameters:
  ///   - inputs: The shapes of the inputs.
  ///   - node: The node, which names its parameters.
  ///   - parameters: All of the network's.
  /// - Returns: The operation to run.
  /// - Throws: ``GraphError`` if a parameter is missing or the shapes do not fit.
  func prepare(_ inputs: [TensorShape], node: Node, parameters: Parameters) throws(GraphError)
    -> any PreparedOperation
}

/// The layouts in which a step that is not a convolution reads and writes.
enum LayoutRule {
  /// Inputs and output have one layout, whichever it is.
  case uniform

  /// Everything of more than one pixel is planar.
  case planar

  /// The step has its own rules: it copies or stacks, or is a convolution.
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
    throw GraphError(.brokenPlan, node: node.name, "a separate step cannot compute \(name)")
  }
}

/// What an operator needs to compute a node in double precision.
struct ReferenceContext {
  let node: Node
  let parameters: Parameters
  let team: WorkerTeam

  /// Computes a tensor whose planes depend on one plane of the input each, sharing the planes out
  /// among the threads.
  ///
  /// - Parameters:
  ///   - shape: The tensor's shape; its batch and channels are those of the input.
  ///   - input: The input.
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
    // Small planes are handed out several at a time: a task should outweigh its claiming.
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

/// The environment that an operation runs in.
@safe
struct OperationRun {
  let microkernels: MicrokernelTable
  let team: WorkerTeam

  /// The scratch memory of a worker, as many elements as requested.
  let scratch: (_ worker: Int) -> UnsafeMutablePointer<Float>
}

extension Node {
  /// A parameter of this node by its place; nil if the node has fewer.
  ///
  /// - Throws: ``GraphError`` if it has one that is missing.
  func parameter(_ slot: Int, in parameters: Parameters) throws(GraphError) -> Parameter? {
    guard self.parameters.indices.contains(slot) else { return nil }
    guard let found = parameters[self.parameters[slot]] else {
      throw .missing(self.parameters[slot], of: self)
    }
    return found
  }
}
