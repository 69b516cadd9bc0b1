import Glibc
import Synchronization

/// Ctrl-C as a request: long work checks it between its pieces, keeps what is done and ends.
///
/// A second Ctrl-C ends the command at once.
enum Interruption {
  private static let requested = Atomic<Bool>(false)

  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Starts to listen.
  static func listen() {
    signal(SIGINT) { _ in
      if Interruption.requested.exchange(true, ordering: .relaxed) { _exit(130) }
    }
  }
}
