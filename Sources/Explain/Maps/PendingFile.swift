import Glibc

/// The place of a file under construction: a temporary name beside the final one, so that a reader
/// sees the old contents or the new, and a writer that fails leaves the old.
///
/// Who makes the file at ``temporaryPath`` is somebody else's business; if it is still there at the
/// end without having been committed, it is removed.
struct PendingFile: ~Copyable {
  let path: String
  let temporaryPath: String
  private var isCommitted = false

  /// The end of all temporary names, by which those are found that a killed process has left.
  static let suffix = ".tmp"

  /// Checks that a file can take this name, before any work is spent on it.
  ///
  /// What exists there must be a regular file that we may write: a rename would also put a file in
  /// place of a symbolic link or of a device, which nobody means.
  ///
  /// - Throws: ``MapsError`` if it cannot.
  init(path: String) throws(MapsError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw MapsError(.unwritable, path: path, "cannot be written: not a file name")
    }
    var status = stat()
    if unsafe lstat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw MapsError(.unwritable, path: path, "cannot be written: it is no regular file")
      }
      guard unsafe access(path, W_OK) == 0 else { throw Self.failure(path, errno) }
    } else if errno != ENOENT {
      throw Self.failure(path, errno)
    }
    self.path = path
    temporaryPath = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max))\(Self.suffix)"
  }

  deinit {
    if !isCommitted { unsafe unlink(temporaryPath) }
  }

  /// Makes the temporary file durable and gives it its name, in place of any that has it.
  ///
  /// - Throws: ``MapsError`` if the disk is full or fails; the old file is then still there.
  mutating func commit() throws(MapsError) {
    let descriptor = unsafe open(temporaryPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path, errno) }
    let synchronized = fsync(descriptor) == 0 ? nil : errno
    close(descriptor)
    if let synchronized { throw Self.failure(path, synchronized) }
    guard unsafe rename(temporaryPath, path) == 0 else { throw Self.failure(path, errno) }
    isCommitted = true
    // The new name is durable once the folder is; a folder that cannot be opened is no failure.
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let directory = unsafe open(folder, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  static func failure(_ path: String, _ code: Int32) -> MapsError {
    MapsError(
      .unwritable, path: path,
      unsafe "cannot be written: \(String(cString: strerror(code)).lowercased())")
  }
}
