import Glibc
import Kernels
import Net

/// The least time that this machine can take for a convolution.
///
/// A kernel that is faster has not computed what it says: it has left work to others, or for later, or has known
/// the answer. Both measures err in the kernel's favour: arithmetic runs at the peak of registers, and only the
/// weights and the output are moved, once, at the speed of the cache that is next to the core.
struct PhysicalFloor {
  /// The GFLOP/s of one core with the best instruction set of the machine, whatever the plan was made for: a
  /// kernel may know more of the machine than the plan does.
  private(set) var peak: Double

  /// The bytes that one core reads and writes in a nanosecond.
  private(set) var bandwidth: Double

  /// What a core's clock may have been above that of the measurement.
  private static let margin = 1.15

  /// Measures this machine; costs some tens of milliseconds.
  static func measure() -> PhysicalFloor {
    PhysicalFloor(
      peak: ArithmeticRoof.measure(InstructionSet.best), bandwidth: CopyBandwidth.measure())
  }

  /// Takes the better of this and another measurement: a neighbour slows one, and cannot speed one up.
  mutating func raise(to other: PhysicalFloor) {
    peak = max(peak, other.peak)
    bandwidth = max(bandwidth, other.bandwidth)
  }

  /// The further measurements that a doubt has to outlast, and the milliseconds between them.
  private static let confirmations = 40
  private static let pause = 50

  /// Whether it has been looked at again so often that a doubt needs no further look.
  private var isConfirmed = false

  init(peak: Double, bandwidth: Double) {
    self.peak = peak
    self.bandwidth = bandwidth
  }

  /// Says why a time cannot be that of a convolution, after looking again and again whether the machine can do
  /// more than it seemed to.
  mutating func confirmedDoubt(_ time: Double, of assignment: Assignment, threads: Int) -> String? {
    for _ in 0..<Self.confirmations where !isConfirmed {
      guard doubt(time, of: assignment, threads: threads) != nil else { return nil }
      usleep(UInt32(Self.pause * 1000))
      raise(to: .measure())
    }
    let doubt = doubt(time, of: assignment, threads: threads)
    isConfirmed = isConfirmed || doubt != nil
    return doubt
  }

  /// Says why a time cannot be that of a convolution.
  ///
  /// - Parameters:
  ///   - time: The shortest time, in nanoseconds.
  ///   - assignment: The convolution, and the algorithm that its backend states.
  ///   - threads: The threads that the backend was told of.
  /// - Returns: The reason; nil if the time can be right.
  func doubt(_ time: Double, of assignment: Assignment, threads: Int) -> String? {
    // With spare lanes between its channels the executed problem is larger, with a fused pooling smaller.
    let problems = [assignment.problem, assignment.executedProblem]
    let algorithm = assignment.description.algorithm
    let cores = Double(threads) * Self.margin
    let multiplications = problems.map { algorithm.multiplicationCount(of: $0) }.min() ?? 0
    let computing = 2 * Double(multiplications) / (peak * cores)
    // Registers hold more operands of fewer bits, and their peak is not measured.
    if time < computing, !algorithm.isReduced {
      return "it took \(Self.text(time)), and \(multiplications) multiply-adds take at least "
        + "\(Self.text(computing)) on \(threads) core\(threads == 1 ? "" : "s")"
    }
    let bytes = problems.map(\.compulsoryByteCount).min() ?? 0
    let moving = Double(bytes) / (bandwidth * cores)
    if time < moving {
      return "it took \(Self.text(time)), and to move its \(bytes) bytes takes at least "
        + "\(Self.text(moving)) on \(threads) core\(threads == 1 ? "" : "s")"
    }
    return nil
  }

  private static func text(_ nanoseconds: Double) -> String {
    "\((nanoseconds / 10).rounded() / 100) µs"
  }
}

extension Algorithm {
  fileprivate var isReduced: Bool {
    if case .reduced = self { true } else { false }
  }

  /// The multiplications that a convolution takes at least.
  ///
  /// Sums in any order multiply each weight with each input that it meets, padding left out. Winograd's
  /// F(m×m, 3×3) takes (m + 2)² for each tile, input and output channel (Lavin & Gray, "Fast Algorithms for
  /// Convolutional Neural Networks", 2016, section 4.1).
  func multiplicationCount(of problem: ConvolutionProblem) -> Int {
    let channels = problem.input.batch * problem.outputChannels * problem.groupInputChannels
    switch self {
    case .direct, .reassociated, .reduced:
      return channels
        * Self.meetings(
          output: problem.output.height, input: problem.input.height,
          kernel: problem.kernel.height, stride: problem.stride.height,
          dilation: problem.dilation.height, padding: problem.padding.top)
        * Self.meetings(
          output: problem.output.width, input: problem.input.width, kernel: problem.kernel.width,
          stride: problem.stride.width, dilation: problem.dilation.width,
          padding: problem.padding.left)
    case .winograd(let transform):
      let tile = transform.tile
      let rows = (problem.output.height + tile - 1) / tile
      let columns = (problem.output.width + tile - 1) / tile
      return channels * rows * columns * (tile + 2) * (tile + 2)
    }
  }

  /// The pairs of an output and a tap along one side that meet an input, and not padding.
  private static func meetings(
    output: Int, input: Int, kernel: Int, stride: Int, dilation: Int, padding: Int
  ) -> Int {
    (0..<kernel).reduce(0) { sum, tap in
      // The outputs y with 0 ≤ y · stride + tap · dilation − padding < input.
      let offset = tap * dilation - padding
      let first = max(0, (-offset + stride - 1) / stride)
      let last = min(output - 1, (input - 1 - offset) / stride)
      return sum + (input - 1 - offset < 0 ? 0 : max(0, last - first + 1))
    }
  }
}

extension ConvolutionProblem {
  /// The bytes of the weights and of the output, each of which has to be read or written once; of the input only
  /// what is used has to, which is at least an element a window.
  fileprivate var compulsoryByteCount: Int {
    (weightCount + output.count) * MemoryLayout<Float>.stride
  }
}
