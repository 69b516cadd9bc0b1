import CIsolation

/// Keeps the thread that makes it on one processor, until the same thread lets go of it.
@safe
final class ProcessorPin {
  let processor: Int

  /// Where the thread might run before.
  private let before: OpaquePointer

  /// Pins the calling thread; nil if the system refuses.
  ///
  /// - Parameter processor: The processor; nil for that where the thread is.
  init?(_ processor: Int? = nil) {
    guard let before = unsafe cisolation_pin(Int32(clamping: processor ?? -1)) else { return nil }
    unsafe self.before = before
    self.processor = processor ?? Int(cisolation_processor())
  }

  deinit { unsafe cisolation_unpin(before) }
}
