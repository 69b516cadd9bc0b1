import Kernels

/// The layout of each buffer of a program.
///
/// Values that an operation other than a convolution reads and writes must have one layout, so such
/// values form a class, and so do the values that share a buffer. Convolutions have preferred layouts;
/// each class gets the one for which fewer elements have to be reordered. A convolution that prefers
/// another one works on reordered copies.
///
/// In blocks, every part of a concatenation begins at a block, whatever its number of channels
/// (``ChannelMap``). What is computed element by element is laid out like its input.
///
/// A value of one pixel per image looks the same in both layouts except for a block's spare lanes, so it
/// belongs to no class. It gets memory for them unless another value follows right after it.
struct LayoutPlan: Sendable {
  private var layouts: [Int: Layout] = [:]

  /// Where the channels of each value are if it is blocked.
  private var maps: [ChannelMap] = []

  private let shapes: [TensorShape]

  /// Chooses the layouts of a program.
  ///
  /// - Parameters:
  ///   - program: The steps, after the passes.
  ///   - blockWidth: The width of blocks; 1 to keep every value planar.
  init(_ program: Program, blockWidth: Int) {
    shapes = program.shapes
    guard blockWidth > 1 else { return }
    maps = program.channelMaps(blockWidth: blockWidth)
    let blocked = Layout.blocked(blockWidth)
    var classes = Classes()
    var votes: [(root: Int, layout: Layout, count: Int)] = []
    var planar: Set<Int> = []
    func root(_ node: Int) -> Int { program.root(of: program.resolved(node)) }
    func isPixel(_ root: Int) -> Bool { program.shapes[root].planeCount == 1 }

    for (value, placement) in program.placements where placement.channel % blockWidth != 0 {
      let root = root(value)
      if isPixel(root) { planar.insert(root) }
    }
    // An alias with another shape is read in the order of planes.
    planar.formUnion(program.kept.filter(program.isReshaped).map(root))
    for step in program.steps {
      let output = root(step.output)
      planar.formUnion(step.inputs.filter(program.isReshaped).map(root))
      if let layouts = program.assignment(of: step)?.description.layouts {
        let input = root(step.inputs[0])
        if program.flattensInput(step) { planar.insert(input) }
        votes.append((input, layouts.input, program.shapes[step.inputs[0]].count))
        votes.append((output, layouts.output, program.shapes[step.output].count))
        continue
      }
      switch program.graph.nodes[step.mainNode].operation.definition.layoutRule {
      case .planar: planar.formUnion((step.inputs.map(root) + [output]).filter { !isPixel($0) })
      case .uniform:
        // Values that are added must have the same channel map.
        if Set(step.inputs.map { maps[program.resolved($0)] }).count > 1 {
          planar.formUnion((step.inputs.map(root) + [output]).filter { !isPixel($0) })
        }
      case .own:
        if case .concatenation = step.kind {
          var channel = 0
          for input in step.inputs {
            if channel % blockWidth != 0, isPixel(output) { planar.insert(output) }
            channel += program.shapes[input].channels
          }
        } else if program.shapes[step.inputs[0]] != program.shapes[step.output] {
          planar.formUnion((step.inputs.map(root) + [output]).filter { !isPixel($0) })
        }
      }
      for input in step.inputs.map(root) where !isPixel(input) && !isPixel(output) {
        classes.join(input, output)
      }
    }

    let forced = Set(planar.map { classes.representative(of: $0) })
    var balance: [Int: Int] = [:]
    for vote in votes {
      balance[classes.representative(of: vote.root), default: 0] +=
        vote.layout == blocked ? vote.count : -vote.count
    }
    for node in program.graph.nodes.indices {
      let root = root(node)
      let representative = classes.representative(of: root)
      let isBlocked =
        !forced.contains(representative)
        && (isPixel(root) || balance[representative, default: 0] > 0)
      if isBlocked { layouts[root] = blocked }
    }
  }

  /// The layout of a buffer, by the value that it belongs to.
  func layout(ofRoot root: Int) -> Layout { layouts[root] ?? .planar }

  /// Where the channels of a value lie.
  ///
  /// - Parameters:
  ///   - value: The node whose step computes it, no alias.
  ///   - program: The program.
  /// - Returns: The places of all channels.
  func channelMap(of value: Int, in program: Program) -> ChannelMap {
    let isSpread =
      layout(ofRoot: program.root(of: value)) != .planar && shapes[value].planeCount > 1
    return isSpread ? maps[value] : ChannelMap(compact: shapes[value].channels)
  }

  /// The layout to which a convolution's input must be reordered; nil if it can be used as it is.
  func reordering(ofInput node: Int, for assignment: Assignment, in program: Program) -> Layout? {
    let map = channelMap(of: program.resolved(node), in: program)
    let takesMap = map.isCompact || assignment.executedProblem.input.channels == map.placeCount
    let wanted = assignment.description.layouts.input
    return takesMap ? reordering(wanted, of: node, in: program) : wanted
  }

  /// The layout in which a convolution's output must be computed before it is copied to its place; nil if
  /// it can be computed there.
  func reordering(ofOutput node: Int, for assignment: Assignment, in program: Program) -> Layout? {
    reordering(assignment.description.layouts.output, of: node, in: program)
  }

  private func reordering(_ wanted: Layout, of node: Int, in program: Program) -> Layout? {
    let value = program.resolved(node)
    let layout = layout(ofRoot: program.root(of: value))
    // With one pixel, the channels are consecutive in every layout; only a block's spare lanes differ.
    let isPixel = shapes[node].planeCount == 1 && shapes[value].planeCount == 1
    let fits = layout == wanted || (isPixel && wanted == .planar)
    return fits ? nil : wanted
  }
}

extension Program {
  /// The channel map of each value in blocks, by node.
  fileprivate func channelMaps(blockWidth: Int) -> [ChannelMap] {
    let places = producers()
    var maps: [ChannelMap] = []
    // Nodes come after their inputs.
    for (node, shape) in zip(graph.nodes.indices, shapes) {
      /// The map of an input, unless the node sees it in another shape.
      func map(_ input: Int) -> ChannelMap {
        let value = resolved(input)
        return shapes[input] == shapes[value]
          ? maps[value] : ChannelMap(compact: shapes[input].channels)
      }
      var result = ChannelMap(compact: shape.channels)
      if case .concatenation = graph.nodes[node].operation {
        result = ChannelMap(graph.nodes[node].inputs.map(map), blockWidth: blockWidth)
      } else if let place = places[node], copiesLayout(steps[place]) {
        result = map(steps[place].inputs[0])
      }
      maps.append(result)
    }
    return maps
  }

  /// Whether a step's output is laid out like its first input.
  private func copiesLayout(_ step: Step) -> Bool {
    switch step.kind {
    case .convolution, .concatenation: false
    case .copy: shapes[step.inputs[0]] == shapes[step.output]
    case .scaleShift, .add, .node:
      graph.nodes[step.mainNode].operation.definition.layoutRule == .uniform
    }
  }

  /// Whether a node's value is stored as that of a node with another shape.
  fileprivate func isReshaped(_ node: Int) -> Bool { shapes[node] != shapes[resolved(node)] }

  /// Whether a step is a fully connected layer on maps, whose weights expect the order of planes.
  fileprivate func flattensInput(_ step: Step) -> Bool {
    guard case .convolution(let roles) = step.kind,
      case .fullyConnected = graph.nodes[roles.node].operation
    else { return false }
    return shapes[step.inputs[0]].planeCount > 1
  }
}

/// Sets that can be joined.
private struct Classes {
  private var parents: [Int: Int] = [:]

  func representative(of element: Int) -> Int {
    var element = element
    while let parent = parents[element] { element = parent }
    return element
  }

  mutating func join(_ a: Int, _ b: Int) {
    let first = representative(of: a)
    let second = representative(of: b)
    if first != second { parents[first] = second }
  }
}
