import Glibc

/// A POSIX thread.
///
/// It runs to its end whether or not anyone waits for it.
@safe
public struct Thread: @unchecked Sendable {
  private let handle: pthread_t

  /// What a new thread runs, kept alive until it has started.
  private final class Start: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread, or returns nil if the system refuses.
  public init?(_ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let start = unsafe Unmanaged.passRetained(Start(body))
    let status = unsafe pthread_create(
      &handle, nil,
      { context in
        if let context = unsafe context {
          let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
          start.body()
        }
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      unsafe start.release()
      return nil
    }
    self.handle = handle
  }

  /// Waits for the thread's end.
  public func join() { _ = pthread_join(handle, nil) }
}
