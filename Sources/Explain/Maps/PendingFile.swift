import Files
import Glibc

/// The place of a file under construction: a temporary name, so that a reader sees the old contents or
/// the new, and a writer that fails leaves the old.
///
/// Who makes the file at ``temporaryPath`` is somebody else's business; if it is still there at the
/// end without having been committed, it is removed.
struct PendingFile: ~Copyable {
  let path: String
  let temporaryPath: String
  private let isReplacing: Bool
  private var isCommitted = false

  /// The end of all temporary names, by which those are found that a killed process has left.
  static let suffix = ".tmp"

  /// Checks that a file can take this name, before any work is spent on it.
  ///
  /// What exists there must be a regular file that we may write: a rename would also put a file in
  /// place of a symbolic link or of a device, which nobody means.
  ///
  /// - Parameters:
  ///   - path: The name in the end.
  ///   - folder: Where the file is until then, in the same file system; beside the name unless given.
  ///     What a killed process leaves there is the folder's owner's to remove.
  ///   - replacing: Whether a file that has the name goes.
  /// - Throws: ``MapsError`` if it cannot.
  init(path: String, in folder: String? = nil, replacing: Bool = true) throws(MapsError) {
    do {
      try checkName(path, replacing: replacing)
    } catch {
      throw Self.failure(path, error)
    }
    self.path = path
    isReplacing = replacing
    let name = "\(getpid()).\(UInt32.random(in: 0...UInt32.max))\(Self.suffix)"
    temporaryPath = folder.map { FileName.join($0, "0.h5.\(name)") } ?? "\(path).\(name)"
  }

  deinit {
    if !isCommitted { unsafe unlink(temporaryPath.systemPath) }
  }

  /// Makes the temporary file durable and gives it its name.
  ///
  /// - Throws: ``MapsError`` if the disk is full or fails, or if a file has taken the name that is not to
  ///   be replaced; that file is then still there.
  mutating func commit() throws(MapsError) {
    let descriptor = unsafe open(temporaryPath.systemPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path, errno) }
    let synchronized = fsync(descriptor) == 0 ? nil : errno
    close(descriptor)
    if let synchronized { throw Self.failure(path, synchronized) }
    do {
      try renameFile(temporaryPath, to: path, replacing: isReplacing)
    } catch {
      throw Self.failure(path, error)
    }
    isCommitted = true
    // The new name is durable once the folder is; a folder that cannot be opened is no failure.
    let directory = unsafe open(FileName.parent(of: path).systemPath, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  static func failure(_ path: String, _ code: Int32) -> MapsError {
    failure(path, FileFailure(errno: code))
  }

  private static func failure(_ path: String, _ failure: FileFailure) -> MapsError {
    MapsError(.unwritable, path: path, "cannot be written: \(failure.cause)")
  }
}
