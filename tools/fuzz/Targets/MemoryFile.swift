import Glibc

/// A file in memory, for parsers that take a path.
///
/// One serves all inputs of a process: each overwrites the last.
struct MemoryFile {
  private let descriptor: Int32

  init() {
    var name = Array("/dev/shm/densecam-fuzz.XXXXXX".utf8CString)
    descriptor = unsafe mkstemp(&name)
    precondition(descriptor >= 0, "the system gives no file in memory")
    unsafe unlink(name)
  }

  var path: String { "/proc/self/fd/\(descriptor)" }

  /// Makes the file hold these bytes.
  ///
  /// - Returns: The file's path.
  func fill(_ bytes: [UInt8]) -> String {
    precondition(ftruncate(descriptor, 0) == 0, "the file in memory cannot be emptied")
    let written = unsafe bytes.withUnsafeBytes {
      unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0)
    }
    precondition(written == bytes.count, "the file in memory cannot be written")
    return path
  }

  /// A descriptor of its own, at the file's beginning; whoever takes it closes it.
  func reopened() -> Int32 { unsafe open(path, O_RDONLY | O_CLOEXEC) }
}
