import Files
import Kernels
public import Net

/// A symbol file that was read.
struct MXNetSymbolFile {
  /// The largest file that is read, in bytes; DenseNet-169 has 264 kB.
  static let largestCount = 64 << 20

  let graph: Graph

  /// One line about the heads that the graph leaves out, if any.
  let remark: String?

  /// The SHA-256 of the file's bytes.
  let sha256: String

  /// Reads a file; see ``Net/Graph/init(mxnetSymbolFile:)``.
  init(path: String) throws(FormatError) {
    let file = try MappedFile.openModel(path)
    guard file.count <= Self.largestCount, let json = file.bytes(at: 0, count: file.count) else {
      throw FormatError(
        path: path, cause: "it has \(file.count) bytes, which is too long for a symbol file")
    }
    do {
      let symbol = try SymbolJSON.parse(json)
      let head = try symbol.chosenHead()
      graph = try Graph(symbol, head: head)
      remark = symbol.headRemark(chosen: head)
    } catch {
      throw FormatError(path: path, error)
    }
    sha256 = SHA256Digest.of(bytes: json)
  }
}

extension Graph {
  /// Reads the graph of an MXNet symbol file (`PREFIX-symbol.json`) of any version since 2015.
  ///
  /// Variables that operators take as weights become the names of ``Node/parameters``, and the remaining
  /// one is the input. Of several heads the first classifier is used; parts that it
  /// does not need, such as labels, are dropped. Nodes keep the file's order wherever it is a
  /// topological one.
  ///
  /// - Throws: ``FormatError`` if the file cannot be read, is larger than 64 MB, or is not a graph
  ///   of supported operators.
  public init(mxnetSymbolFile path: String) throws(FormatError) {
    self = try MXNetSymbolFile(path: path).graph
  }

  /// Reads a graph from the JSON of a symbol file; see ``init(mxnetSymbolFile:)``.
  ///
  /// O(nodes and edges).
  public init(mxnetSymbol json: [UInt8]) throws(GraphError) {
    let symbol = try SymbolJSON.parse(json)
    try self.init(symbol, head: symbol.chosenHead())
  }

  fileprivate init(_ symbol: SymbolJSON, head: Int) throws(GraphError) {
    let order = try symbol.topologicalOrder()
    let operators = try symbol.operators(neededFor: head, order: order)
    var assembly = SymbolAssembly(symbol: symbol)
    for index in order {
      if let symbolOperator = operators[index] { try assembly.add(symbolOperator, at: index) }
    }
    try self.init(nodes: assembly.nodes, output: try assembly.maps(of: head))
    declaredInputSize = assembly.declaredInputSize
  }
}

extension SymbolJSON {
  /// The operators that an output depends on through feature maps, by node.
  fileprivate func operators(
    neededFor output: Int, order: [Int]
  ) throws(GraphError) -> [Int: SymbolOperator] {
    var result: [Int: SymbolOperator] = [:]
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    isNeeded[output] = true
    for index in order.reversed() where isNeeded[index] && !nodes[index].isVariable {
      let symbolOperator = try SymbolOperator(nodes[index])
      result[index] = symbolOperator
      for entry in nodes[index].inputs.prefix(symbolOperator.inputCount ?? Int.max) {
        isNeeded[entry.node] = true
      }
    }
    return result
  }
}

/// Builds the nodes of a graph from those of a symbol, which come in topological order.
private struct SymbolAssembly {
  let symbol: SymbolJSON
  var nodes: [Node] = []

  /// The index in `nodes` of each node of the symbol.
  private var position: [Int: Int] = [:]

  /// The rows and columns of the input, if the file declares them.
  private(set) var declaredInputSize: Size?

  /// Whether each of `nodes` is a matrix `[N, C]` in MXNet.
  private var isFlat: [Bool] = []

  /// The variables that are used as parameters, by name.
  private var parameters: [String: Int] = [:]

  init(symbol: SymbolJSON) { self.symbol = symbol }

  mutating func add(_ symbolOperator: SymbolOperator, at index: Int) throws(GraphError) {
    let node = symbol.nodes[index]
    let inputCount = symbolOperator.inputCount ?? node.inputs.count
    let largest = inputCount + symbolOperator.parameters.count + (symbolOperator.takesLabel ? 1 : 0)
    guard inputCount >= 1, (inputCount...largest).contains(node.inputs.count) else {
      throw GraphError(
        .wrongInputCount, node: node.name,
        "\(node.operatorName) cannot have \(node.inputs.count) inputs")
    }
    var inputs: [Int] = []
    for entry in node.inputs[..<inputCount] {
      try requireFirstOutput(entry, of: node)
      inputs.append(try maps(of: entry.node))
    }
    var names: [String] = []
    for (slot, argument) in symbolOperator.parameters.enumerated() {
      guard inputCount + slot < node.inputs.count else {
        names.append("\(node.name)_\(argument)")
        continue
      }
      names.append(try parameter(node.inputs[inputCount + slot], argument, of: node))
    }
    let inputsAreFlat = inputs.allSatisfy { isFlat[$0] }
    if let reason = symbolOperator.needsFlatInput, !inputsAreFlat {
      throw GraphError(
        .unsupportedAttribute, node: node.name, "its input is not flattened, and \(reason)")
    }
    position[index] = nodes.count
    isFlat.append(symbolOperator.operation.flattens ?? inputsAreFlat)
    nodes.append(
      Node(
        name: node.name, operation: symbolOperator.operation, inputs: inputs, parameters: names))
  }

  /// The node of a node of the symbol.
  ///
  /// A variable becomes an input when it is first used.
  mutating func maps(of index: Int) throws(GraphError) -> Int {
    if let known = position[index] { return known }
    let name = symbol.nodes[index].name
    if let other = nodes.first(where: { $0.operation == .input }) {
      throw GraphError(
        .notAGraph, node: name, "it is a second input besides \(other.name)")
    }
    guard parameters[name] == nil else {
      throw GraphError(.notAGraph, node: name, "it is both the input and a parameter")
    }
    position[index] = nodes.count
    isFlat.append(false)
    nodes.append(Node(name: name, operation: .input, inputs: []))
    declaredInputSize = symbol.nodes[index].declaredSize
    return nodes.count - 1
  }

  /// The name of the variable that fills an operator's parameter slot.
  private mutating func parameter(
    _ entry: SymbolEntry, _ argument: String, of node: SymbolNode
  ) throws(GraphError) -> String {
    let variable = symbol.nodes[entry.node]
    try requireFirstOutput(entry, of: node)
    guard variable.isVariable else {
      throw GraphError(
        .notAGraph, node: node.name,
        "its \(argument) is computed by \(variable.name) instead of stored")
    }
    guard position[entry.node] == nil else {
      throw GraphError(.notAGraph, node: variable.name, "it is both the input and a parameter")
    }
    guard parameters.updateValue(entry.node, forKey: variable.name) ?? entry.node == entry.node
    else {
      throw GraphError(.duplicateName, node: variable.name, "the name appears twice")
    }
    return variable.name
  }

  /// Refuses outputs that only training reads, such as the statistics of a batch.
  private func requireFirstOutput(
    _ entry: SymbolEntry, of node: SymbolNode
  ) throws(GraphError) {
    guard entry.output != 0 else { return }
    let source = symbol.nodes[entry.node].name
    throw GraphError(
      .notAGraph, node: node.name,
      "it reads output \(entry.output) of \(source); only output 0 is supported")
  }
}

extension SymbolNode {
  /// The last two sides of a variable's `__shape__`, such as `(0, 3, 299, 299)`, if it has four.
  fileprivate var declaredSize: Size? {
    let text = (try? attributes())?.values["__shape__"] ?? ""
    let sides = text.split { !("0"..."9").contains($0) }.compactMap { Int($0) }
    guard sides.count == 4, sides[2...].allSatisfy((1...SymbolAttributes.largestSide).contains)
    else { return nil }
    return Size(height: sides[2], width: sides[3])
  }
}

extension Operation {
  /// Whether MXNet gives the result as a matrix `[N, C]`, or nil if it keeps the rank.
  fileprivate var flattens: Bool? {
    switch self {
    case .flatten, .fullyConnected: true
    case .input, .convolution, .pooling: false
    case .batchNorm, .activation, .concatenation, .add, .identity, .softmax, .hardSigmoid: nil
    }
  }
}
