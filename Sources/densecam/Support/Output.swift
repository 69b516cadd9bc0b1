import Files
import Glibc
import Report

/// Prints one line to standard output, escaping what would control a terminal or break the line.
///
/// In this module it replaces the standard library's function, which does not report a full
/// disk. Output for programs, or already laid out, goes to ``Output/write(_:)``.
///
/// - Throws: ``OutputError``.
func print(_ line: String) throws(OutputError) { try Output.write(line.escaped + "\n") }

/// Standard output, whose every failure is an error: results that were not delivered are not a success.
enum Output {
  /// Writes a text unchanged.
  ///
  /// - Throws: ``OutputError``.
  static func write(_ text: String) throws(OutputError) {
    if let code = Descriptor.write(text, to: STDOUT_FILENO) { throw OutputError(code: code) }
  }

  /// Closes standard output, which can report errors that writing did not.
  ///
  /// - Throws: ``OutputError``.
  static func finish() throws(OutputError) {
    // If it was never open, nothing is lost.
    guard close(STDOUT_FILENO) != 0, errno != EBADF else { return }
    throw OutputError(code: errno)
  }
}

/// Standard output could not be written.
struct OutputError: ReportedError, Hashable {
  /// `errno` after the call.
  let code: Int32

  /// Whether the reader has gone, which is legitimate.
  var isClosedPipe: Bool { code == EPIPE }

  var description: String {
    "standard output: cannot be written: \(FileError.text(of: code))"
  }
}

/// Calls on the descriptors that every process starts with.
enum Descriptor {
  /// Writes all of a text; returns the error number of a failure.
  static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        // The parent process shares the descriptor and has made it non-blocking.
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        unsafe poll(&request, 1, -1)
        continue
      }
      guard count > 0 else { return count < 0 ? errno : EIO }
      rest = rest.dropFirst(count)
    }
    return nil
  }

  /// Ensures that the first three descriptors are open.
  ///
  /// If one was closed, the next file to be opened would get its number and receive what is printed. Its
  /// replacement here fails when it is used as its number implies.
  static func takeStandardOnes() {
    for descriptor in STDIN_FILENO...STDERR_FILENO
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Sets the handling of signals that come from writing: a reader that has gone away, as `head` does, ends
  /// the command silently; exceeding a limit on file sizes is an error of the call, not a sudden end.
  static func setSignals() {
    signal(SIGPIPE, SIG_DFL)
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe sigprocmask(SIG_UNBLOCK, &signals, nil)
    signal(SIGXFSZ, SIG_IGN)
  }
}
