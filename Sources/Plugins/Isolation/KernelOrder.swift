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

  /// Words: ``PreparationMessage``. Answers with the number of the prepared convolution, and its packed bytes.
  case prepare

  /// Words: ``RunMessage``. Answers with nanoseconds.
  case run

  /// Words: number.
  case release

  /// Map an arena, whose descriptor has been sent. Words: the number that it gets, its bytes.
  case map

  /// Forget an arena. Words: its number.
  case unmap
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

  /// There is not enough memory for it.
  case outOfMemory
}

extension KernelStatus {
  /// What an order that ended so says of the kernel, but for ``done``; what is ``invalid`` at a run is a failure.
  var failure: KernelFailure.Kind? {
    switch self {
    case .done: nil
    case .invalid, .failed: .failed
    case .refused: .refused
    case .outOfMemory: .outOfMemory
    }
  }
}
