import CIsolation
import Kernels
import Synchronization

/// A convolution that a plugin's process has prepared, or will prepare again if that process has ended.
@safe
final class IsolatedConvolution: PreparedConvolution {
  private let process: KernelProcess
  private let index: Int
  private let problem: ConvolutionProblem
  private let weights: WeightBuffer
  private let bias: [Float]?
  private let fusion: Fusion
  private let target: ExecutionTarget
  private let placement: OperandPlacement?
  private let state = Mutex(State())

  /// How the last run ended, of this convolution or of its guarded form.
  private let outcome: Outcome

  private struct State {
    /// The number by which the process of a generation knows the convolution.
    var handle: (generation: Int, number: Int64)?
    var packedBytes = 0
  }

  private final class Outcome: Sendable {
    let failure = Mutex<KernelFailure?>(nil)
  }

  /// How preparing ended.
  enum Preparation {
    case done(Int64)
    case invalid(String)
    case failed(KernelFailure)
  }

  init(
    _ backend: IsolatedBackend, _ problem: ConvolutionProblem, weights: WeightBuffer,
    bias: [Float]?, fusion: Fusion, on target: ExecutionTarget
  ) {
    process = backend.process
    index = backend.index
    self.problem = problem
    self.weights = weights
    self.bias = bias
    self.fusion = fusion
    self.target = target
    placement = nil
    outcome = Outcome()
  }

  /// The guarded form of a convolution.
  private init(_ other: IsolatedConvolution, _ placement: OperandPlacement) {
    process = other.process
    index = other.index
    problem = other.problem
    weights = other.weights
    bias = other.bias
    fusion = other.fusion
    target = other.target
    self.placement = placement
    outcome = other.outcome
  }

  func guarded(_ placement: OperandPlacement) -> (any PreparedConvolution)? {
    IsolatedConvolution(self, placement)
  }

  deinit {
    process.withTurn {
      guard let handle = state.withLock(\.handle), handle.generation == process.generation else {
        return
      }
      _ = try? process.perform(.release, [handle.number])
    }
  }

  /// All threads of the other process share one task of this one.
  var taskCounts: [Int] { [1] }
  var scratchByteCount: Int { 0 }
  var packedBytes: Int { state.withLock(\.packedBytes) }
  var failure: KernelFailure? { outcome.failure.withLock { $0 } }

  /// Notes how a run ended.
  ///
  /// After a failure there may be more that is not as it should be, so that the next run gets a fresh process.
  private func note(_ failure: KernelFailure?) {
    outcome.failure.withLock { $0 = failure }
    if failure?.kind == .failed { process.stop() }
  }

  /// Prepares the convolution, unless the process that runs has done so.
  func prepareNow() -> Preparation { process.withTurn { prepareInTurn() } }

  private func prepareInTurn() -> Preparation {
    if let handle = state.withLock(\.handle), handle.generation == process.generation {
      return .done(handle.number)
    }
    // A plan before this one may be gone, with its arena.
    try? process.releaseArenas()
    let arrays = [nil, bias, fusion.prologue?.scale, fusion.prologue?.shift]
    var places: [PreparationMessage.Place] = []
    var end = SharedMemory.firstOffset
    for count in [problem.weightCount] + arrays.dropFirst().map({ $0?.count ?? 0 }) {
      places.append(PreparationMessage.Place(offset: end, count: count))
      end += SharedMemory.aligned(count * MemoryLayout<Float>.stride)
    }
    let message = PreparationMessage(
      backend: index, threads: target.threads, problem: problem, placement: placement,
      places: places, prologueRelu: fusion.prologue?.relu == true, relu: fusion.relu,
      pool: fusion.averagePool)
    do throws(KernelFailure) {
      let answer = try process.perform(
        .prepare, message.words, memoryByteCount: end - SharedMemory.firstOffset
      ) { memory in
        weights.withElements { memory.write($0, at: places[0].offset) }
        for (array, place) in zip(arrays, places) {
          if let array { memory.write(array.span, at: place.offset) }
        }
      }
      switch answer.status {
      case .done:
        state.withLock {
          $0.handle = (process.generation, answer.words[0])
          $0.packedBytes = Int(clamping: answer.words[1])
        }
        note(nil)
        return .done(answer.words[0])
      case .invalid:
        // Nobody looks at what becomes of preparing again: the run that needs it fails.
        note(KernelFailure(.failed, answer.text))
        return .invalid(answer.text)
      case .failed, .refused, .outOfMemory:
        throw KernelFailure(answer.status.failure ?? .failed, answer.text)
      }
    } catch {
      note(error)
      return .failed(error)
    }
  }

  func reachableArena(byteCount: Int) throws(KernelError) -> Arena? {
    let count = max(SharedMemory.alignment, byteCount)
    let descriptor = cisolation_memory(count)
    guard descriptor >= 0 else { throw SharedMemory.refusal(of: count) }
    return try Arena(descriptor: descriptor, byteCount: byteCount)
  }

  func run(
    phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
  ) {
    unsafe run(threads: target.threads, input, output, in: nil)
  }

  @unsafe
  func run(
    on team: WorkerTeam, input: FeatureView, output: MutableFeatureView, in arena: Arena?,
    memory: (_ worker: Int) -> TaskMemory
  ) {
    unsafe run(threads: team.count, input, output, in: arena)
  }

  @unsafe
  private func run(
    threads: Int, _ input: FeatureView, _ output: MutableFeatureView, in arena: Arena?
  ) {
    process.withTurn {
      guard case .done(let number) = prepareInTurn() else { return }
      do throws(KernelFailure) {
        if let arena, let arenaNumber = try process.number(of: arena),
          let from = unsafe Self.maps(input, in: arena, arenaNumber),
          let to = unsafe Self.maps(FeatureView(output), in: arena, arenaNumber)
        {
          try perform(message(Int(number), threads: threads, from, to))
        } else {
          unsafe try runOnCopies(Int(number), threads: threads, input, output)
        }
        note(nil)
      } catch {
        note(error)
      }
    }
  }

  private func message(
    _ number: Int, threads: Int, _ input: RunMessage.Maps, _ output: RunMessage.Maps
  ) -> RunMessage {
    let (processor, spins) = process.schedule(threads: threads)
    return RunMessage(
      number: number, threads: threads, processor: processor, spins: spins, input: input,
      output: output)
  }

  private func perform(
    _ message: RunMessage, memoryByteCount: Int = 0, fill: (SharedMemory) -> Void = { _ in }
  ) throws(KernelFailure) {
    let answer = try process.perform(
      .run, message.words, memoryByteCount: memoryByteCount,
      spins: message.spins > 0 ? KernelProcess.spins : message.spins,
      fill: fill)
    if let kind = answer.status.failure { throw KernelFailure(kind, answer.text) }
  }

  /// Where maps lie in an arena; nil if they do not.
  @unsafe
  private static func maps(_ view: FeatureView, in arena: Arena, _ number: Int) -> RunMessage.Maps?
  {
    guard let offset = unsafe arena.offset(of: view.plane(0, 0)) else { return nil }
    return unsafe RunMessage.Maps(
      arena: number, offset: offset, imageStride: view.batchStride * MemoryLayout<Float>.stride,
      layout: view.layout, shape: view.shape)
  }

  /// Copies the input to the memory of the process, has it convolved, and copies the output back.
  @unsafe
  private func runOnCopies(
    _ number: Int, threads: Int, _ input: FeatureView, _ output: MutableFeatureView
  ) throws(KernelFailure) {
    let from = unsafe RunMessage.Maps(at: SharedMemory.firstOffset, input.layout, input.shape)
    let to = unsafe RunMessage.Maps(
      at: from.offset + SharedMemory.aligned(from.byteCount), output.layout, output.shape)
    try perform(
      message(number, threads: threads, from, to),
      memoryByteCount: to.offset + to.byteCount - SharedMemory.firstOffset
    ) { memory in
      for image in 0..<from.shape.batch {
        unsafe memory.bytes(of: from, image).copyMemory(
          from: input.plane(image, 0), byteCount: from.imageByteCount)
      }
      // What the output holds before is what it holds here: traps, when the run is judged.
      for image in 0..<to.shape.batch {
        unsafe memory.bytes(of: to, image).copyMemory(
          from: output.plane(image, 0), byteCount: to.imageByteCount)
      }
    }
    process.withMemory { memory in
      for image in 0..<to.shape.batch {
        unsafe UnsafeMutableRawPointer(output.plane(image, 0)).copyMemory(
          from: memory.bytes(of: to, image), byteCount: to.imageByteCount)
      }
    }
  }
}

extension RunMessage.Maps {
  /// Maps in the memory that a process begins with, one image right after the other.
  fileprivate init(at offset: Int, _ layout: Layout, _ shape: TensorShape) {
    self.init(offset: offset, imageStride: 0, layout: layout, shape: shape)
    imageStride = imageByteCount
  }
}

extension SharedMemory {
  /// Where an image of maps begins.
  @unsafe
  fileprivate func bytes(of maps: RunMessage.Maps, _ image: Int) -> UnsafeMutableRawPointer {
    unsafe bytes(at: maps.offset + image * maps.imageByteCount, count: maps.imageByteCount)
  }

  /// Copies elements to a place among the operands.
  func write(_ elements: Span<Float>, at offset: Int) {
    unsafe elements.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      unsafe bytes(at: offset, count: source.count).copyMemory(from: base, byteCount: source.count)
    }
  }
}
