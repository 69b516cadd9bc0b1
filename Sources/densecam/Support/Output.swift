import Files
import Glibc
import Report

/// Prints one line to standard output, with escapes for what would steer a terminal or break the line.
///
/// In this module it takes the place of the standard library's function, which says nothing of a full
/// disk. What is made for programs, or has been laid out already, goes to ``Output/write(_:)``.
///
/// - Throws: ``OutputError``.
func print(_ line: String) throws(OutputError) { try Output.write(line.escaped + "\n") }

/// Standard output, of which every failure is an error: results that nobody got are not a success.
enum Output {
  /// Writes a text as it is.
  ///
  /// - Throws: ``OutputError``.
  static func write(_ text: String) throws(OutputError) {
    if let code = Descriptor.write(text, to: STDOUT_FILENO) { throw OutputError(code: code) }
  }

  /// Closes standard output, which can report what writing could not.
  ///
  /// - Throws: ``OutputError``.
  static func finish() throws(OutputError) {
    // What was never open has lost nothing.
    guard close(STDOUT_FILENO) != 0, errno != EBADF else { return }
    throw OutputError(code: errno)
  }
}

/// Standard output could not be written.
struct OutputError: ReportedError, Hashable {
  /// `errno` after the call.
  let code: Int32

  /// Whether the reader has gone, which is its right.
  var isClosedPipe: Bool { code == EPIPE }

  var description: String {
    "standard output: cannot be written: \(FileError.text(of: code))"
  }
}

/// Calls on the descriptors that every process starts with.
enum Descriptor {
  /// Writes all of a text; returns the error number of what failed.
  static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        // Who started us shares the descriptor and has made it one that does not wait.
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        unsafe poll(&request, 1, -1)
        continue
      }
      guard count > 0 else { return count < 0 ? errno : EIO }
      rest = rest.dropFirst(count)
    }
    return nil
  }

  /// Sees to it that the first three descriptors are taken.
  ///
  /// If one was closed, the next file to be opened would take its place and get what is printed. What takes
  /// it here fails when it is used the way its number asks for.
  static func takeStandardOnes() {
    for descriptor in STDIN_FILENO...STDERR_FILENO
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Sets what signals do that come of writing: a reader that has gone away, as `head` does, ends the
  /// command without noise; a limit on the size of files is an error of the call and no sudden end.
  static func setSignals() {
    signal(SIGPIPE, SIG_DFL)
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe sigprocmask(SIG_UNBLOCK, &signals, nil)
    signal(SIGXFSZ, SIG_IGN)
  }
}
