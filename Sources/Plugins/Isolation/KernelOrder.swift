import CIsolation
import Kernels

/// What the parent can ask of the process that runs kernels.
enum KernelOrder: Int64 {
  /// Load a plugin. Words: the lanes' instruction set, as its place among all. Text: the path. Answers with
  /// a line that says what loading has changed, and one for each backend: its name, a tab, its summary.
  case load = 1

  /// Words: backend, problem. Answers with text if it refuses.
  case refusal

  /// Words: backend, threads, problem. Answers with a description.
  case describe

  /// Words: see `Preparation`. Answers with the number of the prepared convolution, and its packed bytes.
  case prepare

  /// Words: number, threads, input, output, each an offset and a layout's block. Answers with nanoseconds.
  case run

  /// Words: number.
  case release
}

/// How an order ended.
enum KernelStatus: Int64 {
  case done = 0

  /// The plugin breaks the interface, or is not a plugin; the text says how.
  case invalid

  /// The kernel says that it failed.
  case failed

  /// The kernel says that it cannot do this.
  case refused
}

/// Numbers one after the other, as they lie in a mailbox.
struct WordWriter {
  private(set) var words: [Int64] = []

  mutating func add(_ value: Int) { words.append(Int64(value)) }

  mutating func add(_ problem: ConvolutionProblem) {
    for value in [
      problem.input.batch, problem.input.channels, problem.input.height, problem.input.width,
      problem.outputChannels, problem.kernel.height, problem.kernel.width, problem.stride.height,
      problem.stride.width, problem.dilation.height, problem.dilation.width, problem.padding.top,
      problem.padding.left, problem.padding.bottom, problem.padding.right, problem.groups,
    ] {
      add(value)
    }
  }
}

/// Reads what ``WordWriter`` wrote.
struct WordReader {
  private let words: [Int64]
  private var next = 0

  init(_ words: [Int64]) { self.words = words }

  /// The next number; 0 beyond the end.
  mutating func read() -> Int {
    defer { next += 1 }
    return next < words.count ? Int(words[next]) : 0
  }

  mutating func readProblem() throws(ProblemError) -> ConvolutionProblem {
    try ConvolutionProblem(
      input: TensorShape(batch: read(), channels: read(), height: read(), width: read()),
      outputChannels: read(), kernel: Size(height: read(), width: read()),
      stride: Size(height: read(), width: read()), dilation: Size(height: read(), width: read()),
      padding: Padding(top: read(), left: read(), bottom: read(), right: read()), groups: read())
  }
}
