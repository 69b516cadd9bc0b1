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
    arena = try Arena(capacity: plan.memory.count + scratch)
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
    var result: [Float] = []
    result.reserveCapacity(shape.count)
    for image in 0..<shape.batch {
      unsafe result.append(
        contentsOf: UnsafeBufferPointer(start: view.plane(image, 0), count: shape.imageCount))
    }
    return result
  }

  /// Replaces a node's value.
  ///
  /// - Precondition: The plan materialises it, and there are as many elements as its shape says.
  public func write(_ elements: Span<Float>, to node: Int) {
    let view = unsafe mutableView(of: node)
    let shape = unsafe view.shape
    precondition(elements.count == shape.count, "the elements do not fill \(shape)")
    unsafe elements.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      for image in 0..<shape.batch {
        unsafe view.plane(image, 0).update(
          from: source + image * shape.imageCount, count: shape.imageCount)
      }
    }
  }

  private func mutableView(of node: Int) -> MutableFeatureView {
    guard let location = plan.memory.locations[plan.program.resolved(node)] else {
      preconditionFailure("the plan does not materialise \(plan.graph.nodes[node].name)")
    }
    return unsafe arena.mutableView(
      at: location.offset, shape: plan.program.shapes[node], batchStride: location.batchStride)
  }

  /// Runs one step on the values that are in memory.
  public func run(step index: Int) {
    let step = plan.steps[index]
    switch step.work {
    case .convolution(let prepared, let input, let output):
      let source = unsafe view(input)
      let target = unsafe mutableView(output)
      team.run(taskCount: prepared.taskCount) { worker, task in
        unsafe prepared.run(task: task, input: source, output: target, scratch: scratch(worker))
      }
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
      let source = unsafe view(input)
      let target = unsafe mutableView(output)
      let pooling = Pooling(geometry: geometry, microkernels: microkernels)
      team.run(taskCount: geometry.output.batch * geometry.output.channels) { worker, task in
        let (image, channel) = task.quotientAndRemainder(dividingBy: geometry.output.channels)
        unsafe pooling.plane(
          source.plane(image, channel), target.plane(image, channel), scratch: scratch(worker))
      }
    case .softmax(let input, let output):
      unsafe Softmax.run(view(input), mutableView(output))
    }
  }

  private func view(_ view: PreparedStep.View) -> FeatureView {
    unsafe arena.view(at: view.offset, shape: view.shape, batchStride: view.batchStride)
  }

  private func mutableView(_ view: PreparedStep.View) -> MutableFeatureView {
    unsafe arena.mutableView(at: view.offset, shape: view.shape, batchStride: view.batchStride)
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
    for image in 0..<shape.batch {
      unsafe view.plane(image, 0).update(repeating: .nan, count: shape.imageCount)
    }
    for worker in 0..<team.count {
      unsafe scratch(worker).update(repeating: 1e30, count: plan.scratchCount)
    }
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
    let gap = min(Arena.guardCount, location.batchStride - shape.imageCount)
    return (0..<shape.batch).flatMap { image in
      let start = location.offset + image * location.batchStride
      let end = start + shape.imageCount
      let before = image == 0 ? min(Arena.guardCount, start) : gap
      let behind = image == shape.batch - 1 ? Arena.guardCount : gap
      return [(start - before)..<start, end..<(end + behind)]
    }
  }

  private func guardOffsets(ofStep index: Int) -> [Int] {
    let output = plan.program.resolved(plan.step(index).output)
    let end = plan.scratchCount - Arena.guardCount
    return (plan.memory.locations[output].map { [$0.guardOffset] } ?? [])
      + (0..<team.count).map { plan.memory.count + $0 * plan.scratchCount + end }
  }
}
