import Glibc

/// A file under construction that takes its final name when it is complete.
///
/// Until then it has a temporary name beside the final one, so that a reader sees the old contents
/// or the new, and a writer that fails leaves the old.
public struct AtomicFile: ~Copyable {
  public let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var isCommitted = false

  /// Creates the temporary file.
  ///
  /// - Throws: ``FileError`` if the folder does not exist or may not be written to.
  public init(path: String) throws(FileError) {
    self.path = path
    temporaryPath = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp"
    descriptor = unsafe open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(path: path, errno: errno) }
  }

  deinit {
    close(descriptor)
    if !isCommitted { unsafe unlink(temporaryPath) }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError`` if the disk is full or fails.
  public func write(_ bytes: RawSpan) throws(FileError) {
    let failure = unsafe bytes.withUnsafeBytes { bytes -> Int32? in
      var done = 0
      while done < bytes.count {
        let written = unsafe Glibc.write(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return written < 0 ? errno : EIO }
        done += written
      }
      return nil
    }
    if let failure { throw FileError(path: path, errno: failure) }
  }

  /// Makes the bytes durable and gives the file its name, in place of any that has it.
  ///
  /// - Throws: ``FileError`` if the disk is full or fails; the old file is then still there.
  public mutating func commit() throws(FileError) {
    guard fsync(descriptor) == 0, unsafe rename(temporaryPath, path) == 0 else {
      throw FileError(path: path, errno: errno)
    }
    isCommitted = true
    // The new name is durable once the folder is; a folder that cannot be opened is no failure.
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let directory = unsafe open(folder, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }
}

extension AtomicFile: ByteSink {}
