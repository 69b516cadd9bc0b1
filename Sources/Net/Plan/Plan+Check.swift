import Kernels

extension PreparedStep {
  /// What the step may write: every view covers all that a kernel stores into, spare lanes included.
  var writes: [View] {
    switch work {
    case .convolution(let placed):
      [placed.output, placed.reorderedInput, placed.reorderedOutput].compactMap(\.self)
    case .operations(let placed): placed.map(\.output)
    case .copies(let copies): copies.map(\.target)
    }
  }

  /// What the step reads.
  var reads: [View] {
    switch work {
    case .convolution(let placed): [placed.input]
    case .operations(let placed): placed.flatMap(\.inputs)
    case .copies(let copies): copies.map(\.source)
    }
  }
}

extension Plan {
  /// Proves that no step can change a value which is still needed.
  ///
  /// For each step, everything that it may write must be inside the arena and apart from every value that
  /// was computed before and is read by this step or a later one. The lifetimes are derived again from the
  /// steps, not taken from the memory plan, which is what is being checked. The scratch of each worker and
  /// the workspace that they share must be as large as the step needs, with a guard, apart from each other and
  /// after all values.
  ///
  /// Cost: O(steps × values × batch), some milliseconds for a network of hundreds of nodes.
  ///
  /// - Throws: ``GraphError`` with the code `brokenPlan` that names the step and the value.
  public func check() throws(GraphError) {
    try PlanCheck(program: program, steps: steps, memory: memory).run()
  }
}

/// See ``Plan/check()``.
struct PlanCheck {
  let program: Program
  let steps: [PreparedStep]
  var memory: MemoryPlan

  func run() throws(GraphError) {
    let nodes = program.graph.nodes
    let lifetimes = Lifetimes(program)
    let values = memory.locations.sorted { $0.key < $1.key }.map { value, location in
      (node: value, view: PreparedStep.View(location, program.shapes[value]))
    }
    for value in values where !isInside(value.view) {
      throw GraphError(
        .brokenPlan, node: nodes[value.node].name, "its value would leave the memory of the run")
    }
    try checkScratchRegions()
    for (index, step) in steps.enumerated() {
      let name = nodes[step.step.mainNode].name
      guard (step.reads + step.writes).allSatisfy(isInside) else {
        throw GraphError(.brokenPlan, node: name, "it would leave the memory of the run")
      }
      guard step.scratchByteCount <= memory.scratch.byteCount - Arena.guardByteCount,
        step.workspaceByteCount <= memory.scratch.sharedByteCount - Arena.guardByteCount
      else {
        throw GraphError(.brokenPlan, node: name, "it would leave its scratch memory")
      }
      // The output, and the concatenations that it is a part of.
      let own = Set(sequence(first: step.step.output) { program.placements[$0]?.parent })
      for value in values
      where !own.contains(value.node) && lifetimes.isLive(value.node, duringStep: index) {
        guard step.writes.allSatisfy({ $0.isApart(from: value.view) }) else {
          throw GraphError(
            .brokenPlan, node: name,
            "it would write into the memory of \(nodes[value.node].name), which is still needed")
        }
      }
    }
  }

  /// Whether a view is in the memory of activations.
  private func isInside(_ view: PreparedStep.View) -> Bool {
    guard let end = view.extents.last?.upperBound else { return false }
    return view.offset >= 0 && end <= memory.byteCount
  }

  /// Proves that scratch begins after all activations, and that each region begins after the one before.
  ///
  /// The arena ends with the last region. Two workers stand for any number: their regions are equally large
  /// and equally far apart.
  private func checkScratchRegions() throws(GraphError) {
    let workers = 2
    let regions =
      (0..<workers).map(memory.scratch.region(ofWorker:))
      + [memory.scratch.sharedRegion(workers: workers)]
    var end = memory.byteCount
    for region in regions {
      guard region.lowerBound >= end else {
        throw GraphError(.brokenPlan, node: nil, "scratch memory would lie in other memory")
      }
      end = region.upperBound
    }
  }
}

/// When each value of a program is computed, and when it is read for the last time.
private struct Lifetimes {
  private var births: [Int: Int] = [:]
  private var deaths: [Int: Int] = [:]

  init(_ program: Program) {
    births[program.graph.input] = -1
    for (index, step) in program.steps.enumerated() {
      births[step.output] = index
      for input in step.inputs { deaths[program.resolved(input)] = index }
    }
    for node in program.kept { deaths[program.resolved(node)] = program.steps.count }
    // A step that reads a concatenation reads its parts; parts come before what they are part of.
    for (value, placement) in program.placements.sorted(by: { $0.key > $1.key }) {
      deaths[value] = max(deaths[value] ?? -1, deaths[placement.parent] ?? -1)
    }
  }

  /// Whether a value has been computed before a step and is read by it or later.
  func isLive(_ value: Int, duringStep index: Int) -> Bool {
    guard let birth = births[value], let death = deaths[value] else { return false }
    return birth < index && death >= index
  }
}

extension PreparedStep.View {
  /// Whether the views have no byte in common.
  fileprivate func isApart(from other: PreparedStep.View) -> Bool {
    let (a, b) = (extents, other.extents)
    var (i, j) = (0, 0)
    // Both are in ascending order.
    while i < a.count, j < b.count {
      if a[i].overlaps(b[j]) { return false }
      if a[i].upperBound <= b[j].lowerBound { i += 1 } else { j += 1 }
    }
    return true
  }
}
