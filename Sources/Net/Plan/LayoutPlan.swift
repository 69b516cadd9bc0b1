import Kernels

/// In which layout each buffer of a program lies.
///
/// Values that an operation other than a convolution reads and writes must have one layout, so such
/// values form a class, and so do the values that share a buffer. Convolutions ask for layouts; each
/// class gets the one for which fewer elements have to be reordered. A convolution that wanted another
/// one works on reordered copies.
///
/// A value of one pixel an image looks the same in both layouts but for a block's spare lanes, so it
/// belongs to no class. It gets the room for them unless another value follows right after it.
struct LayoutPlan: Sendable {
  private var layouts: [Int: Layout] = [:]

  /// Chooses the layouts of a program.
  ///
  /// - Parameters:
  ///   - program: The steps, after the passes.
  ///   - blockWidth: The width of blocks; 1 to keep every value planar.
  init(_ program: Program, blockWidth: Int) {
    guard blockWidth > 1 else { return }
    let blocked = Layout.blocked(blockWidth)
    var classes = Classes()
    var votes: [(root: Int, layout: Layout, count: Int)] = []
    var planar: Set<Int> = []
    func root(_ node: Int) -> Int { program.root(of: program.resolved(node)).root }
    func isPixel(_ root: Int) -> Bool { program.shapes[root].planeCount == 1 }

    for (value, placement) in program.placements where placement.channel % blockWidth != 0 {
      planar.insert(program.root(of: value).root)
    }
    // What has another shape under another name is read in the order of planes.
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
      case .uniform: break
      case .own:
        if case .concatenation = step.kind {
          var channel = 0
          for input in step.inputs {
            if channel % blockWidth != 0 { planar.insert(output) }
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

  /// The layout into which a node's value has to be brought for a convolution; nil if it can be used
  /// as it lies.
  func reordering(_ wanted: Layout, of node: Int, in program: Program) -> Layout? {
    let value = program.resolved(node)
    let layout = layout(ofRoot: program.root(of: value).root)
    // Planes of one pixel are a row of channels in every layout; only a block's spare lanes differ.
    let isPixel = program.shapes[node].planeCount == 1 && program.shapes[value].planeCount == 1
    let fits = layout == wanted || (isPixel && wanted == .planar)
    return fits ? nil : wanted
  }
}

extension Program {
  /// Whether a node's value is stored as that of a node of another shape.
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
