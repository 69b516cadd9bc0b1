import Glibc
import Kernels
import Synchronization

/// What a kernel does wrongly while it runs, while its first result may be right.
///
/// Such faults are found by looking at the kernel from other sides than its result: by running it again, on
/// other data, by other threads, and between protected pages.
enum Misconduct: Sendable, Hashable {
  /// Changes an element of its input.
  case overwritesInput

  /// Changes an element of the weights that it was given.
  case overwritesWeights

  /// Gives the result of its first call every time.
  case keepsResult

  /// Gives another result from this call on.
  case failsFrom(call: Int)

  /// Lets the task that is finished first decide how a result is rounded.
  case dependsOnOrder

  /// Lets the number of threads decide how a result is rounded.
  case dependsOnThreads

  /// Leaves subnormal numbers flushed to zero.
  case leavesFlushing

  /// Reads the element after the last one of its input.
  case readsBehind

  /// Takes its input to begin at a multiple of 64 bytes.
  case assumesAlignment

  /// Rounds every operation to one side.
  case rounds(Direction)

  /// Gives 0 where a result is not a number.
  case losesNaN

  enum Direction: Sendable, Hashable {
    case up
    case towardsZero
  }

  /// Whether only a process of its own shows it, or survives it.
  var needsProcess: Bool {
    switch self {
    case .overwritesWeights, .leavesFlushing, .readsBehind, .assumesAlignment: true
    case .overwritesInput, .keepsResult, .failsFrom, .dependsOnOrder, .dependsOnThreads, .rounds,
      .losesNaN:
      false
    }
  }

  /// Whether it happens even if the result of one run does not show it.
  var isHidden: Bool {
    switch self {
    case .assumesAlignment, .rounds: false
    case .overwritesInput, .overwritesWeights, .keepsResult, .failsFrom, .dependsOnOrder,
      .dependsOnThreads, .leavesFlushing, .readsBehind, .losesNaN:
      true
    }
  }
}

/// A misconduct in one prepared convolution, with what it remembers from task to task and call to call.
@safe
final class MisconductState: Sendable {
  private let misconduct: Misconduct
  private let weights: WeightBuffer
  private let threads: Int

  /// The phase in which tasks may finish in any order; nil if none has several.
  private let sharedPhase: Int?

  private let calls = Atomic(0)

  /// The task that was finished first in the shared phase; −1 if none was yet.
  private let first = Atomic(-1)

  /// What was read of memory that is not its own.
  private let stray = Atomic<UInt32>(0)

  private static let upward: Int32 = FE_UPWARD
  private static let towardsZero: Int32 = FE_TOWARDZERO

  private let kept = Mutex<[Float]>([])

  init(
    _ misconduct: Misconduct, weights: WeightBuffer, threads: Int, taskCounts: [Int]
  ) {
    self.misconduct = misconduct
    self.weights = weights
    self.threads = threads
    sharedPhase = taskCounts.firstIndex { $0 > 1 }
  }

  /// Runs a task of the right kernel.
  func run(phase: Int, task: Int, _ body: () -> Void) {
    switch misconduct {
    case .rounds(let direction):
      let before = fegetround()
      fesetround(direction == .up ? Self.upward : Self.towardsZero)
      body()
      fesetround(before)
    case .leavesFlushing:
      body()
      Self.flushToZero()
    case .dependsOnOrder:
      body()
      if phase == sharedPhase {
        _ = first.compareExchange(expected: -1, desired: task, ordering: .relaxed)
      }
    default:
      body()
    }
  }

  /// Strikes when the result is complete.
  @unsafe
  func strike(input: FeatureView, output: MutableFeatureView) {
    let call = calls.add(1, ordering: .relaxed).newValue
    switch misconduct {
    case .overwritesInput:
      unsafe Self.change(UnsafeMutablePointer(mutating: input.base))
    case .overwritesWeights:
      unsafe Self.change(UnsafeMutablePointer(mutating: weights.pointer))
    case .keepsResult:
      let elements = unsafe Fault.Output(output)
      kept.withLock { kept in
        var index = 0
        let isFirst = kept.isEmpty
        elements.mapAll { value in
          defer { index += 1 }
          if isFirst { kept.append(value) }
          return kept[index]
        }
      }
    case .failsFrom(let number):
      if call >= number { unsafe Self.roundOtherwise(output) }
    case .dependsOnOrder:
      if first.exchange(-1, ordering: .relaxed) > 0 { unsafe Self.roundOtherwise(output) }
    case .dependsOnThreads:
      if threads > 1 { unsafe Self.roundOtherwise(output) }
    case .readsBehind:
      let shape = unsafe input.shape
      let end =
        unsafe (shape.batch - 1) * input.batchStride + input.layout.imageCount(of: shape)
      unsafe stray.store(input.base[end].bitPattern, ordering: .relaxed)
    case .assumesAlignment:
      let address = unsafe UInt(bitPattern: input.base) & ~63
      guard let aligned = unsafe UnsafePointer<Float>(bitPattern: address) else { return }
      unsafe output.plane(0, 0)[0] += aligned[0] - input.base[0]
    case .losesNaN:
      unsafe Fault.Output(output).mapAll { $0.isNaN ? 0 : $0 }
    case .leavesFlushing, .rounds:
      break
    }
  }

  @unsafe
  private static func change(_ element: UnsafeMutablePointer<Float>) {
    unsafe element.pointee = 1 - element.pointee
  }

  /// Moves a result by one unit in the last place, unless it has so few bits that no rounding was needed: another
  /// order of summation does no more.
  @unsafe
  private static func roundOtherwise(_ output: MutableFeatureView) {
    let elements = unsafe Fault.Output(output)
    var isDone = false
    elements.mapAll { value in
      guard !isDone, value.significandBitPattern & 0xF != 0 else { return value }
      isDone = true
      return value.nextUp
    }
  }

  /// Has the calling thread flush subnormal numbers to zero from now on.
  private static func flushToZero() {
    #if arch(x86_64)
      var environment = fenv_t()
      unsafe fegetenv(&environment)
      environment.__mxcsr |= 0x8040
      unsafe fesetenv(&environment)
    #elseif arch(arm64)
      var environment = fenv_t()
      unsafe fegetenv(&environment)
      environment.__fpcr |= 1 << 24
      unsafe fesetenv(&environment)
    #endif
  }
}
