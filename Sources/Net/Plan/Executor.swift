public import Kernels

/// Runs a plan: its arena and its threads.
///
/// The result has the same bits for any number of threads. An executor runs one thing at a time;
/// make one per concurrent run.
public final class Executor {
  public let plan: Plan
  public let team: WorkerTeam
  private let arena: Arena
  private let microkernels: MicrokernelTable

  /// What lay beside the output of the step that traps were set for.
  private var borders: [(offset: Int, bits: [UInt32])] = []

  /// Reserves the memory of a run.
  ///
  /// - Throws: ``KernelError`` if there is not enough memory.
  public init(plan: Plan, team: WorkerTeam) throws(KernelError) {
    self.plan = plan
    self.team = team
    let (scratch, overflow) = plan.scratchCount.multipliedReportingOverflow(by: team.count)
    guard !overflow else { throw KernelError(.outOfMemory, "the scratch memory is too large") }
    arena = try Arena(capacity: plan.memory.count + scratch + plan.workspaceCount)
    microkernels = plan.instructionSet.microkernels
  }

  /// Runs the whole plan.
  ///
  /// - Parameters:
  ///   - input: `[N, C, H, W]` elements.
  ///   - observe: Called after each step with its place; what it does is not timed by anyone here.
  /// - Precondition: The input has as many elements as the plan's input shape.
  public func run(_ input: Span<Float>, observe: ((_ step: Int) throws -> Void)? = nil) rethrows {
    write(input, to: plan.graph.input)
    for index in plan.steps.indices {
      run(step: index)
      try observe?(index)
    }
  }

  /// A node's value: a copy in `[N, C, H, W]` order, whatever the memory layout.
  ///
  /// - Precondition: The plan materialises it.
  public func value(of node: Int) -> [Float] {
    let view = unsafe mutableView(of: node)
    let shape = unsafe view.shape
    return unsafe [Float](unsafeUninitializedCapacity: shape.count) { elements, count in
      guard let base = elements.baseAddress else { return }
      let target = unsafe MutableFeatureView(
        base: base, shape: shape, batchStride: shape.imageCount)
      for image in 0..<shape.batch {
        unsafe Reorder.copy(
          FeatureView(view), to: target, image: image, channels: 0..<shape.channels)
      }
      count = shape.count
    }
  }

  /// Replaces a node's value.
  ///
  /// - Precondition: The plan materialises it, and there are as many elements as its shape says.
  public func write(_ elements: Span<Float>, to node: Int) {
    let view = unsafe mutableView(of: node)
    let shape = unsafe view.shape
    precondition(elements.count == shape.count, "the elements do not fill \(shape)")
    unsafe elements.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      let from = unsafe FeatureView(base: base, shape: shape, batchStride: shape.imageCount)
      for image in 0..<shape.batch {
        unsafe Reorder.copy(from, to: view, image: image, channels: 0..<shape.channels)
      }
    }
  }

  private func mutableView(of node: Int) -> MutableFeatureView {
    guard let location = plan.memory.locations[plan.program.resolved(node)] else {
      preconditionFailure("the plan does not materialise \(plan.graph.nodes[node].name)")
    }
    return unsafe arena.mutableView(
      at: location.offset, shape: plan.program.shapes[node], layout: location.layout,
      batchStride: location.batchStride)
  }

  /// Runs one step on the values that are in memory.
  public func run(step index: Int) {
    let step = plan.steps[index]
    switch step.work {
    case .convolution(let placed):
      convolve(placed, following: index + 1)
    case .scaleShift(let values, let input, let output):
      unsafe Elementwise(microkernels, team).scaleShift(view(input), values, mutableView(output))
    case .activation(let activation, let input, let output):
      unsafe Elementwise(microkernels, team).activate(view(input), activation, mutableView(output))
    case .add(let inputs, let relu, let output):
      unsafe Elementwise(microkernels, team).add(inputs.map(view), relu, mutableView(output))
    case .copies(let copies):
      for (source, target) in copies {
        unsafe Elementwise(microkernels, team).copy(view(source), mutableView(target))
      }
    case .pooling(let geometry, let input, let output):
      unsafe Pooling(geometry: geometry, microkernels: microkernels).run(
        view(input), mutableView(output), on: team, scratch: scratch)
    case .softmax(let input, let output):
      unsafe Softmax.run(view(input), mutableView(output))
    }
  }

  /// Runs a convolution, on reordered copies where its layouts are not those of the values.
  ///
  /// `next` is the step after it, from which on a convolution is looked for whose weights can be
  /// fetched meanwhile.
  private func convolve(_ placed: PreparedStep.PlacedConvolution, following next: Int) {
    var input = placed.input
    var output = placed.output
    if let copy = placed.reorderedInput {
      reorder(input, to: copy)
      input = copy
    }
    if let copy = placed.reorderedOutput { output = copy }
    let workspace = unsafe arena.scratch(
      at: plan.memory.count + team.count * plan.scratchCount, count: plan.workspaceCount)
    let following = unsafe plan.firstWeights(from: next)
    unsafe placed.prepared.run(on: team, input: view(input), output: mutableView(output)) {
      unsafe TaskMemory(scratch: scratch($0), workspace: workspace, following: following)
    }
    if placed.reorderedOutput != nil { reorder(output, to: placed.output) }
  }

  private func reorder(_ source: PreparedStep.View, to target: PreparedStep.View) {
    let from = unsafe view(source)
    let to = unsafe mutableView(target)
    // Several blocks a task, each copied by one thread.
    let group = 64
    let groups = (source.shape.channels + group - 1) / group
    team.run(taskCount: source.shape.batch * groups) { _, task in
      let (image, first) = task.quotientAndRemainder(dividingBy: groups)
      unsafe Reorder.copy(
        from, to: to, image: image,
        channels: (first * group)..<min(source.shape.channels, (first + 1) * group))
    }
  }

  private func view(_ view: PreparedStep.View) -> FeatureView {
    unsafe arena.view(
      at: view.offset, shape: view.shape, layout: view.layout, batchStride: view.batchStride)
  }

  private func mutableView(_ view: PreparedStep.View) -> MutableFeatureView {
    unsafe arena.mutableView(
      at: view.offset, shape: view.shape, layout: view.layout, batchStride: view.batchStride)
  }

  private func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> {
    unsafe arena.scratch(
      at: plan.memory.count + worker * plan.scratchCount, count: plan.scratchCount)
  }
}

// MARK: - Traps for faulty kernels

extension Executor {
  /// Prepares the memory around a step so that its faults show.
  ///
  /// The output is filled with NaN, so that an element which is not written is found; the scratch
  /// with junk, so that what was left there is not taken for data. Guards are set behind the
  /// output's buffer and the scratch. What lies right beside the output, in a buffer that it
  /// shares, is remembered.
  public func setTraps(forStep index: Int) {
    let output = plan.step(index).output
    let view = unsafe mutableView(of: output)
    let shape = unsafe view.shape
    let imageCount = unsafe view.layout.imageCount(of: shape)
    for image in 0..<shape.batch {
      unsafe view.plane(image, 0).update(repeating: .nan, count: imageCount)
    }
    if case .convolution(let placed) = plan.steps[index].work, let copy = placed.reorderedOutput {
      unsafe mutableView(copy).base.update(
        repeating: .nan, count: copy.batchStride * copy.shape.batch)
    }
    let shared = plan.workspaceCount + team.count * plan.scratchCount
    unsafe arena.scratch(at: plan.memory.count, count: shared).update(
      repeating: 1e30, count: shared)
    for offset in guardOffsets(ofStep: index) { arena.setGuard(at: offset) }
    borders = borderRanges(of: output).map { ($0.lowerBound, arena.bits(in: $0)) }
  }

  /// Whether everything around the output and the scratch is as ``setTraps(forStep:)`` left it.
  public func guardsAreIntact(afterStep index: Int) -> Bool {
    guardOffsets(ofStep: index).allSatisfy { arena.isGuardIntact(at: $0) }
      && borders.allSatisfy { offset, bits in
        arena.bits(in: offset..<(offset + bits.count)) == bits
      }
  }

  /// The elements right before and right behind each image of a value that are not its own.
  private func borderRanges(of node: Int) -> [Range<Int>] {
    guard let location = plan.memory.locations[plan.program.resolved(node)] else { return [] }
    let shape = plan.program.shapes[node]
    let imageCount = location.layout.imageCount(of: shape)
    let gap = min(Arena.guardCount, location.batchStride - imageCount)
    return (0..<shape.batch).flatMap { image in
      let start = location.offset + image * location.batchStride
      let end = start + imageCount
      let before = image == 0 ? min(Arena.guardCount, start) : gap
      let behind = image == shape.batch - 1 ? Arena.guardCount : gap
      return [(start - before)..<start, end..<(end + behind)]
    }
  }

  private func guardOffsets(ofStep index: Int) -> [Int] {
    let output = plan.program.resolved(plan.step(index).output)
    let end = plan.scratchCount - Arena.guardCount
    let copy = plan.memory.reordered[index]?.output
    let workspace = plan.memory.count + team.count * plan.scratchCount
    return [plan.memory.locations[output], copy].compactMap { $0?.guardOffset }
      + (0..<team.count).map { plan.memory.count + $0 * plan.scratchCount + end }
      + [workspace + plan.workspaceCount - Arena.guardCount]
  }
}
