import Files
import Glibc
import Synchronization

/// The file of a run's journal: lines are added whole, from any thread, one at a time.
final class JournalFile: Sendable {
  let path: String
  private let descriptor: Int32
  private let turn = Mutex(())

  /// Opens a file, or makes an empty one.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - overwriting: Whether an existing file is removed.
  /// - Throws: ``JournalError`` if it cannot be opened or is not a regular file.
  init(path: String, overwriting: Bool) throws(JournalError) {
    self.path = path
    // Emptying a file would empty it under all of its names; removing it takes one away.
    if overwriting, unsafe unlink(path.systemPath) != 0, errno != ENOENT {
      throw JournalError(path, errno: errno)
    }
    // A link leads to a file that is kept for another purpose.
    descriptor = unsafe open(
      path.systemPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else {
      throw errno == ELOOP
        ? JournalError("\(path): is a symbolic link; the journal is not written to another file")
        : JournalError(path, errno: errno)
    }
  }

  deinit { close(descriptor) }

  /// Adds bytes, all or none.
  func write(_ bytes: [UInt8]) throws(JournalError) {
    try turn.withLock { _ throws(JournalError) in
      let start = lseek(descriptor, 0, SEEK_CUR)
      var done = 0
      while done < bytes.count {
        let count = unsafe bytes.withUnsafeBytes { bytes in
          unsafe Glibc.write(
            descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          let code = count < 0 ? errno : EIO
          // The next line must not follow half of one.
          if start >= 0, ftruncate(descriptor, start) == 0 { lseek(descriptor, start, SEEK_SET) }
          throw JournalError(path, errno: code)
        }
        done += count
      }
    }
  }

  /// Writes everything to disk.
  func synchronize() throws(JournalError) {
    guard fsync(descriptor) == 0 else { throw JournalError(path, errno: errno) }
  }

  /// Cuts off everything after the first bytes, and continues there.
  func truncate(to count: Int) throws(JournalError) {
    guard ftruncate(descriptor, count) == 0, lseek(descriptor, count, SEEK_SET) == count else {
      throw JournalError(path, errno: errno)
    }
  }

  /// The longest journal that is read, in bytes: some million pictures.
  private static var largestCount: Int { 1 << 30 }

  /// Reads the whole file.
  func read() throws(JournalError) -> [UInt8] {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw JournalError(path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw JournalError("\(path): is not a regular file")
    }
    guard status.st_size <= Self.largestCount else { throw JournalError("\(path): is too large") }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe block.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw JournalError(path, errno: errno) }
      guard count > 0 else { return bytes }
      bytes += block[..<count]
    }
  }
}

/// The reason a run's journal cannot be used; names it in one line.
package struct JournalError: ReportedError, Hashable {
  package let description: String

  init(_ description: String) { self.description = description }

  init(_ path: String, errno code: Int32) {
    self.init("\(path): cannot be written: \(FileError.text(of: code))")
  }
}
