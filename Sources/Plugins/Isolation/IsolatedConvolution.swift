import Glibc
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
    let size = MemoryLayout<Float>.stride
    let arrays: [Int] = [
      problem.weightCount, bias?.count ?? 0, fusion.prologue?.scale.count ?? 0,
      fusion.prologue?.shift.count ?? 0,
    ]
    var offsets: [Int] = []
    var end = SharedMemory.firstOffset
    for count in arrays {
      offsets.append(end)
      end +=
        (count * size + SharedMemory.alignment - 1) / SharedMemory.alignment
        * SharedMemory.alignment
    }
    var writer = WordWriter()
    writer.add(index)
    writer.add(target.threads)
    writer.add(problem)
    writer.add(placement?.rawValue ?? 0)
    for (offset, count) in zip(offsets, arrays) {
      writer.add(offset)
      writer.add(count)
    }
    writer.add(bias == nil ? 0 : 1)
    writer.add(fusion.prologue == nil ? 0 : 1)
    writer.add(fusion.prologue?.relu == true ? 1 : 0)
    writer.add(fusion.relu ? 1 : 0)
    writer.add(fusion.averagePool?.height ?? 0)
    writer.add(fusion.averagePool?.width ?? 0)
    do throws(KernelFailure) {
      let answer = try process.perform(
        .prepare, writer.words, memoryByteCount: end - SharedMemory.firstOffset
      ) { memory in
        weights.withElements { memory.write($0, at: offsets[0]) }
        for (array, offset) in zip(
          [bias, fusion.prologue?.scale, fusion.prologue?.shift], offsets.dropFirst())
        {
          if let array { memory.write(array.span, at: offset) }
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
      case .invalid: return .invalid(answer.text)
      case .failed: throw KernelFailure(.failed, answer.text)
      case .refused: throw KernelFailure(.refused, answer.text)
      }
    } catch {
      note(error)
      return .failed(error)
    }
  }

  func run(
    phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
  ) {
    unsafe run(threads: target.threads, input, output)
  }

  @unsafe
  func run(
    on team: WorkerTeam, input: FeatureView, output: MutableFeatureView,
    memory: (_ worker: Int) -> TaskMemory
  ) {
    unsafe run(threads: team.count, input, output)
  }

  /// Copies the input to the shared memory, has it convolved, and copies the output back.
  @unsafe
  private func run(threads: Int, _ input: FeatureView, _ output: MutableFeatureView) {
    process.withTurn {
      guard case .done(let number) = prepareInTurn() else { return }
      let size = MemoryLayout<Float>.stride
      let (inputCount, outputCount) = unsafe (
        input.layout.imageCount(of: input.shape), output.layout.imageCount(of: output.shape)
      )
      func rounded(_ count: Int) -> Int {
        (count + SharedMemory.alignment - 1) / SharedMemory.alignment * SharedMemory.alignment
      }
      let from = SharedMemory.firstOffset
      let to = unsafe from + rounded(inputCount * input.shape.batch * size)
      let end = unsafe to + rounded(outputCount * output.shape.batch * size)
      let shapes = unsafe (input.shape, output.shape)
      let words = unsafe [
        number, Int64(threads), Int64(from), Int64(input.layout.blockWidth), Int64(to),
        Int64(output.layout.blockWidth),
        Int64(shapes.0.batch), Int64(shapes.0.channels), Int64(shapes.0.height),
        Int64(shapes.0.width),
        Int64(shapes.1.batch), Int64(shapes.1.channels), Int64(shapes.1.height),
        Int64(shapes.1.width),
      ]
      do throws(KernelFailure) {
        let answer = try process.perform(
          .run, words, memoryByteCount: end - SharedMemory.firstOffset
        ) { memory in
          for image in 0..<shapes.0.batch {
            unsafe memory.bytes(at: from + image * inputCount * size, count: inputCount * size)
              .copyMemory(from: input.plane(image, 0), byteCount: inputCount * size)
          }
          // What the output holds before is what it holds here: traps, when the run is judged.
          for image in 0..<shapes.1.batch {
            unsafe memory.bytes(at: to + image * outputCount * size, count: outputCount * size)
              .copyMemory(from: output.plane(image, 0), byteCount: outputCount * size)
          }
        }
        switch answer.status {
        case .done: break
        case .refused: throw KernelFailure(.refused, answer.text)
        case .failed, .invalid: throw KernelFailure(.failed, answer.text)
        }
        process.withMemory { memory in
          for image in 0..<shapes.1.batch {
            unsafe UnsafeMutableRawPointer(output.plane(image, 0)).copyMemory(
              from: memory.bytes(at: to + image * outputCount * size, count: outputCount * size),
              byteCount: outputCount * size)
          }
        }
        note(nil)
      } catch {
        note(error)
      }
    }
  }
}

extension SharedMemory {
  /// Copies elements to a place among the operands.
  func write(_ elements: Span<Float>, at offset: Int) {
    unsafe elements.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      unsafe bytes(at: offset, count: source.count).copyMemory(from: base, byteCount: source.count)
    }
  }
}
