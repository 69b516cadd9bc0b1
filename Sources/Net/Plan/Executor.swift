public import Kernels
import Synchronization

/// Runs a plan: its arena and its threads.
///
/// The result has the same bits for any number of threads. An executor makes one run at a time;
/// create one per concurrent run.
public final class Executor {
  public let plan: Plan
  public let team: WorkerTeam
  private let arena: Arena
  private let microkernels: MicrokernelTable

  /// The activations when traps were last set.
  private var snapshot: Arena?

  /// Where the activations may have changed since.
  private var changedSinceSnapshot: [Range<Int>] = []

  /// The step that traps are set for, until it has been looked at.
  private var trappedStep: Int?

  /// Reserves the memory of a run.
  ///
  /// - Throws: ``KernelError`` if there is not enough memory.
  public init(plan: Plan, team: WorkerTeam) throws(KernelError) {
    self.plan = plan
    self.team = team
    let scratch = plan.memory.scratch
    let (byteCount, overflow) = scratch.byteCount.multipliedReportingOverflow(by: team.count)
    guard !overflow, byteCount < Int.max / 4 else {
      throw KernelError(.outOfMemory, "the scratch memory is too large")
    }
    let end = scratch.sharedRegion(workers: team.count).upperBound
    arena =
      if let reachable = try plan.reachableArena(byteCount: end) { reachable } else {
        try Arena(byteCount: end)
      }
    microkernels = plan.instructionSet.microkernels
  }

  /// Runs the whole plan.
  ///
  /// - Parameters:
  ///   - input: `[N, C, H, W]` elements.
  ///   - observe: Called after each step with its index.
  /// - Precondition: The input has as many elements as the plan's input shape.
  public func run(_ input: Span<Float>, observe: ((_ step: Int) throws -> Void)? = nil) rethrows {
    write(input, to: plan.graph.input)
    for index in plan.steps.indices {
      run(step: index)
      try observe?(index)
    }
  }

  /// Whether a step can be run on operands between protected pages.
  public func canGuard(step index: Int) -> Bool {
    guard case .convolution(let placed) = plan.steps[index].work else { return false }
    return placed.prepared.guarded(.atEnd) != nil
  }

  /// Why a step's kernel did not finish when it was last run; nil if it did.
  public func failure(ofStep index: Int) -> KernelFailure? {
    guard case .convolution(let placed) = plan.steps[index].work else { return nil }
    return placed.prepared.failure
  }

  /// Refuses the results of a run in which a kernel did not finish.
  ///
  /// - Throws: ``KernelError`` that names the step.
  public func checkKernels() throws(KernelError) {
    for index in plan.steps.indices {
      guard let failure = failure(ofStep: index) else { continue }
      throw KernelError(
        .kernelFailed,
        "\(plan.assignment(ofStep: index)?.executed ?? "") did not finish \(plan.name(ofStep: index)): "
          + failure.reason)
    }
  }

  /// A node's value: a copy in `[N, C, H, W]` order, whatever the memory layout.
  ///
  /// - Precondition: The plan materialises it.
  public func value(of node: Int) -> [Float] {
    let view = view(of: node)
    let shape = view.shape
    return unsafe [Float](unsafeUninitializedCapacity: shape.count) { elements, count in
      guard let base = elements.baseAddress else { return }
      let target = unsafe MutableFeatureView(
        base: base, shape: shape, batchStride: shape.imageCount)
      for (channels, part) in view.parts {
        for image in 0..<shape.batch {
          unsafe Reorder.copy(
            self.view(part), to: target, image: image, channels: 0..<channels.count,
            at: channels.lowerBound)
        }
      }
      count = shape.count
    }
  }

  /// Replaces a node's value.
  ///
  /// - Precondition: The plan materialises it, and there are as many elements as its shape says.
  public func write(_ elements: Span<Float>, to node: Int) {
    let view = view(of: node)
    let shape = view.shape
    precondition(elements.count == shape.count, "the elements do not fill \(shape)")
    unsafe elements.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      let from = unsafe FeatureView(base: base, shape: shape, batchStride: shape.imageCount)
      for (channels, part) in view.parts {
        for image in 0..<shape.batch {
          unsafe Reorder.copy(from, to: mutableView(part), image: image, channels: channels, at: 0)
        }
      }
    }
    if snapshot != nil { changedSinceSnapshot += view.extents }
  }

  private func view(of node: Int) -> PreparedStep.View {
    guard let location = plan.memory.locations[plan.program.resolved(node)] else {
      preconditionFailure("the plan does not materialise \(plan.graph.nodes[node].name)")
    }
    return PreparedStep.View(location, plan.program.shapes[node])
  }

  /// Runs one step on the values that are in memory.
  ///
  /// - Parameters:
  ///   - index: The step.
  ///   - placement: Where the operands of a convolution lie between protected pages, if it can be run so; nil for
  ///     a run as any other.
  public func run(step index: Int, guarding placement: OperandPlacement? = nil) {
    let step = plan.steps[index]
    // What a step that nobody looks at writes elsewhere is not to be put down to the next one.
    if snapshot != nil, trappedStep != index {
      changedSinceSnapshot = [0..<plan.memory.byteCount]
    }
    switch step.work {
    case .convolution(var placed):
      if let guarded = placement.flatMap(placed.prepared.guarded) { placed.prepared = guarded }
      convolve(placed, following: index + 1)
    case .operations(let placed):
      for part in placed {
        unsafe part.prepared.run(
          part.inputs.map(view), mutableView(part.output),
          OperationRun(
            microkernels: microkernels, team: team,
            scratch: {
              unsafe self.scratch($0).assumingMemoryBound(to: Float.self)
            }))
      }
    case .copies(let copies):
      for copy in copies {
        unsafe Elementwise(microkernels, team).copy(view(copy.source), mutableView(copy.target))
      }
    }
  }

  /// Runs a convolution, on reordered copies where its layouts are not those of the values.
  ///
  /// `next` is the step after it; the next convolution is looked for from there, to fetch its weights
  /// meanwhile.
  private func convolve(_ placed: PreparedStep.PlacedConvolution, following next: Int) {
    var input = placed.input
    var output = placed.output
    if let copy = placed.reorderedInput {
      reorder(input, to: copy)
      input = copy
    }
    if let copy = placed.reorderedOutput { output = copy }
    let workspace = unsafe arena.bytes(in: workspaceRegion)
    let following = unsafe plan.firstWeights(from: next)
    unsafe placed.prepared.run(
      on: team, input: view(input), output: mutableView(output), in: arena
    ) {
      unsafe TaskMemory(scratch: scratch($0), workspace: workspace, following: following)
    }
    if placed.reorderedOutput != nil { reorder(output, to: placed.output) }
  }

  private func reorder(_ source: PreparedStep.View, to target: PreparedStep.View) {
    let to = unsafe mutableView(target)
    for (channels, part) in source.parts {
      let from = unsafe view(part)
      // Several blocks per task, each copied by one thread.
      let group = 64
      let groups = (channels.count + group - 1) / group
      team.run(taskCount: source.shape.batch * groups) { _, task in
        let (image, place) = task.quotientAndRemainder(dividingBy: groups)
        let first = place * group
        unsafe Reorder.copy(
          from, to: to, image: image, channels: first..<min(channels.count, first + group),
          at: channels.lowerBound + first)
      }
    }
  }

  private func view(_ view: PreparedStep.View) -> FeatureView {
    precondition(view.map.isCompact, "the view has spare lanes between its channels")
    return unsafe arena.view(
      at: view.offset, shape: view.shape, layout: view.layout, imageStride: view.imageStride)
  }

  private func mutableView(_ view: PreparedStep.View) -> MutableFeatureView {
    precondition(view.map.isCompact, "the view has spare lanes between its channels")
    return unsafe arena.mutableView(
      at: view.offset, shape: view.shape, layout: view.layout, imageStride: view.imageStride)
  }

  private func scratch(_ worker: Int) -> UnsafeMutableRawPointer {
    unsafe arena.bytes(in: plan.memory.scratch.region(ofWorker: worker))
  }

  /// Where the memory that all workers share is in the arena.
  private var workspaceRegion: Range<Int> {
    plan.memory.scratch.sharedRegion(workers: team.count)
  }
}

extension Plan {
  /// An arena in reach of the convolutions that are computed elsewhere; nil if there are none.
  fileprivate func reachableArena(byteCount: Int) throws(KernelError) -> Arena? {
    for step in steps {
      guard case .convolution(let placed) = step.work else { continue }
      if let arena = try placed.prepared.reachableArena(byteCount: byteCount) { return arena }
    }
    return nil
  }
}

// MARK: - Traps for faulty kernels

extension Executor {
  /// Prepares the memory around a step so that its faults are detected.
  ///
  /// What the step may write is filled with NaN, so that an element which is not written is found; the
  /// scratch with junk, so that leftovers are not taken for data. Guards are set after the
  /// output's buffer and the scratch, and the values of all other steps are remembered.
  ///
  /// Cost: a copy of what has changed in the activations since the last call; the first reserves memory for a
  /// copy of all.
  ///
  /// - Throws: ``KernelError`` if there is not enough memory.
  public func setTraps(forStep index: Int) throws(KernelError) {
    for extent in plan.steps[index].writes.flatMap(\.extents) {
      arena.fill(extent, with: .nan)
    }
    arena.fill(plan.memory.scratch.offset..<workspaceRegion.upperBound, with: 1e30)
    for offset in guardOffsets(ofStep: index) {
      arena.setGuard(at: offset)
      changedSinceSnapshot.append(
        (offset..<(offset + Arena.guardByteCount)).clamped(to: 0..<plan.memory.byteCount))
    }
    // A run that was not looked at may have written anywhere.
    if snapshot == nil || trappedStep != nil {
      changedSinceSnapshot = [0..<plan.memory.byteCount]
    }
    let snapshot = try reservedSnapshot()
    for range in changedSinceSnapshot {
      forEachPiece(of: range) { snapshot.copy(from: arena, in: $0) }
    }
    changedSinceSnapshot = []
    trappedStep = index
  }

  /// Whether everything except what the step may write is as ``setTraps(forStep:)`` left it: the values
  /// of other steps to the bit, and the guards after the scratch.
  public func guardsAreIntact(afterStep index: Int) -> Bool {
    let isIntact =
      guardOffsets(ofStep: index).allSatisfy { arena.isGuardIntact(at: $0) }
      && isRestIntact(afterStep: index)
    changedSinceSnapshot =
      isIntact ? plan.steps[index].writes.flatMap(\.extents) : [0..<plan.memory.byteCount]
    trappedStep = nil
    return isIntact
  }

  /// Whether the values of other steps are as they were when traps were set.
  private func isRestIntact(afterStep index: Int) -> Bool {
    guard let snapshot else { return true }
    var rest: [Range<Int>] = []
    var end = 0
    let extents = plan.steps[index].writes.flatMap(\.extents)
    for extent in extents.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if extent.lowerBound > end { rest.append(end..<extent.lowerBound) }
      end = max(end, extent.upperBound)
    }
    if end < plan.memory.byteCount { rest.append(end..<plan.memory.byteCount) }
    let isChanged = Atomic(false)
    for range in rest {
      forEachPiece(of: range) {
        if !arena.hasSameBits(as: snapshot, in: $0) { isChanged.store(true, ordering: .relaxed) }
      }
    }
    return !isChanged.load(ordering: .relaxed)
  }

  /// Writes zeros to spare lanes of a convolution's output that are not finite.
  ///
  /// A step that reads several values side by side takes those lanes for channels, with zeros for weights:
  /// what is not finite there would spread, and another step would be blamed.
  ///
  /// - Returns: Whether all were finite.
  public func clearSpareLanes(afterStep index: Int) -> Bool {
    guard case .convolution(let placed) = plan.steps[index].work else { return true }
    let (shape, layout) = (placed.output.shape, placed.output.layout)
    // Values of one pixel never are side by side with spare lanes between them.
    guard shape.planeCount > 1 else { return true }
    let output = unsafe mutableView(placed.output)
    var areFinite = true
    for image in 0..<shape.batch {
      for lane in shape.channels..<layout.storedChannels(shape.channels) {
        let elements = unsafe output.plane(image, lane)
        for pixel in 0..<shape.planeCount
        where unsafe !elements[pixel * layout.blockWidth].isFinite {
          unsafe elements[pixel * layout.blockWidth] = 0
          areFinite = false
        }
      }
    }
    return areFinite
  }

  private func reservedSnapshot() throws(KernelError) -> Arena {
    if let snapshot { return snapshot }
    let arena = try Arena(byteCount: plan.memory.byteCount)
    snapshot = arena
    return arena
  }

  /// Has the threads go through a region of the activations, a megabyte a task.
  private func forEachPiece(of range: Range<Int>, _ body: (Range<Int>) -> Void) {
    let size = 1 << 20
    team.run(taskCount: (range.count + size - 1) / size) { _, task in
      let start = range.lowerBound + task * size
      body(start..<min(start + size, range.upperBound))
    }
  }

  private func guardOffsets(ofStep index: Int) -> [Int] {
    let output = plan.program.resolved(plan.step(index).output)
    let copies = plan.memory.reordered[index]
    let ends =
      (0..<team.count).map { plan.memory.scratch.region(ofWorker: $0).upperBound }
      + [workspaceRegion.upperBound]
    return [plan.memory.locations[output], copies?.input, copies?.output].compactMap {
      $0?.guardOffset
    } + ends.map { $0 - Arena.guardByteCount }
  }
}
