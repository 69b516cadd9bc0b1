public import Files
public import Kernels

/// One operation of a graph.
public struct Node: Hashable, Sendable {
  /// The name in the file, unique in its graph; golden files use it.
  public var name: String
  public var operation: Operation

  /// The nodes whose outputs this one reads, as indices into ``Graph/nodes``.
  public var inputs: [Int]

  /// The names of this node's parameters, in the order that its ``Operation`` documents.
  public var parameters: [String]

  public init(name: String, operation: Operation, inputs: [Int], parameters: [String] = []) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.parameters = parameters
  }
}

/// A network as loaded: nodes in an order in which each comes after its inputs.
///
/// A graph has no sizes and no weights, so one graph serves every batch and every picture
/// size; see ``Graph/shapes(input:parameters:)``.
public struct Graph: Hashable, Sendable {
  public let nodes: [Node]

  /// The node that computes the network's result.
  public let output: Int

  /// The node that represents the picture.
  public let input: Int

  /// The rows and columns of the input that the network's file declares, if any.
  public package(set) var declaredInputSize: Size?

  /// Creates a graph after checking that it is one.
  ///
  /// - Throws: ``GraphError`` if there is no node or not exactly one input, if a name appears
  ///   twice, if a node reads one that does not come before it, or has the wrong number of inputs
  ///   or parameters.
  public init(nodes: [Node], output: Int) throws(GraphError) {
    guard nodes.indices.contains(output) else {
      throw GraphError(.notAGraph, node: nil, "it has no output node")
    }
    var names: Set<String> = []
    var inputs: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard names.insert(node.name).inserted else {
        throw GraphError(.duplicateName, node: node.name, "the name appears twice")
      }
      for source in node.inputs where source < 0 || source >= index {
        throw GraphError(
          .notAGraph, node: node.name, "it reads node \(source), which does not come before it")
      }
      if node.operation == .input { inputs.append(index) }
      guard node.operation.inputCount.contains(node.inputs.count) else {
        throw GraphError(
          .wrongInputCount, node: node.name,
          "\(node.operation.name) cannot take \(node.inputs.count) inputs")
      }
      guard node.parameters.count == node.operation.parameterCount else {
        throw GraphError(
          .wrongInputCount, node: node.name,
          "\(node.operation.name) takes \(node.operation.parameterCount) parameters, "
            + "not \(node.parameters.count)")
      }
    }
    guard let input = inputs.first, inputs.count == 1 else {
      throw GraphError(.notAGraph, node: nil, "it has \(inputs.count) inputs instead of one")
    }
    self.nodes = nodes
    self.output = output
    self.input = input
  }

  /// The index of the node with a name, in O(n).
  public func index(named name: String) -> Int? { nodes.firstIndex { $0.name == name } }

  /// The nodes that read each node.
  public var consumers: [[Int]] {
    var result = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for source in node.inputs { result[source].append(index) }
    }
    return result
  }
}

/// Why something is not a graph that densecam can run.
public struct GraphError: ReportedError, Hashable {
  public enum Code: Hashable, Sendable {
    case notAGraph
    case cycle
    case duplicateName
    case wrongInputCount
    case unknownOperator
    case unsupportedAttribute
    case missingParameter
    case wrongShape
    case sizeTooSmall
    case tooLarge

    /// The plan of the network contradicts itself: a fault of densecam, not of the file.
    case brokenPlan
  }

  public let code: Code

  /// The node at fault, if it is one node's.
  public let node: String?
  public let cause: String

  public init(_ code: Code, node: String?, _ cause: String) {
    self.code = code
    self.node = node
    self.cause = cause
  }

  public var description: String { node.map { "node \($0): \(cause)" } ?? cause }
}
