import Glibc

/// Why a file could not be written: the end of a sentence about it.
package struct FileFailure: Error, Hashable {
  package let cause: String

  package init(_ cause: String) { self.cause = cause }
  package init(errno code: Int32) { cause = unsafe String(cString: strerror(code)) }
}

/// A file under construction.
///
/// It has no name, where the file system can do that: a process that is killed leaves nothing. Elsewhere,
/// on network drives for instance, it has a hidden name and is locked while its writer lives, so that
/// ``removeAbandoned(in:)`` knows what a killed process has left.
struct TemporaryFile: ~Copyable {
  private let folder: String
  private let descriptor: Int32

  /// The temporary name; nil if there is none.
  private var name: String?

  /// Creates a file.
  ///
  /// - Parameter path: The name that it is to have; it will be in the same folder until then.
  /// - Throws: ``FileFailure`` if the folder does not let it be created.
  init(beside path: String) throws(FileFailure) {
    folder = FileName.parent(of: path)
    let hasNames = unsafe access("/proc/self/fd", X_OK) == 0
    let unnamed =
      hasNames
      ? unsafe open(folder.systemPath, O_WRONLY | O_CLOEXEC | Self.withoutName, 0o666) : -1
    if unnamed >= 0 {
      descriptor = unnamed
      flock(descriptor, LOCK_EX | LOCK_NB)
      return
    }
    let code = errno
    // What systems say that do not know files without a name.
    guard !hasNames || [EOPNOTSUPP, EISDIR, EINVAL, ENOSYS].contains(code) else {
      throw FileFailure(errno: code)
    }
    for _ in 0..<16 {
      let name = Self.newName(in: folder)
      let named = unsafe open(name.systemPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard named >= 0 else {
        guard errno == EEXIST else { throw FileFailure(errno: errno) }
        continue
      }
      flock(named, LOCK_EX)
      // Another process may have taken it for abandoned before it was locked.
      var status = stat()
      guard unsafe fstat(named, &status) == 0, status.st_nlink > 0 else {
        close(named)
        continue
      }
      descriptor = named
      self.name = name
      return
    }
    throw FileFailure(errno: EEXIST)
  }

  deinit {
    if let name { unsafe unlink(name.systemPath) }
    close(descriptor)
  }

  /// Writes all bytes and has them put on disk.
  func write(_ bytes: [UInt8]) throws(FileFailure) {
    var done = 0
    while done < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.write(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw FileFailure(errno: written < 0 ? errno : EIO) }
      done += written
    }
    guard fsync(descriptor) == 0 else { throw FileFailure(errno: errno) }
  }

  /// Gives the file its name.
  ///
  /// - Parameters:
  ///   - path: The name.
  ///   - replacing: Whether a file of that name goes; otherwise it is an error.
  /// - Throws: ``FileFailure``; the file that had the name, if one did, is then still there.
  mutating func become(_ path: String, replacing: Bool) throws(FileFailure) {
    if let name {
      try Self.rename(name, to: path, replacing: replacing)
      self.name = nil
      return
    }
    if link(as: path) { return }
    guard errno == EEXIST, replacing else { throw FileFailure(errno: errno) }
    // Only a name can replace a name.
    let name = Self.newName(in: folder)
    guard link(as: name) else { throw FileFailure(errno: errno) }
    self.name = name
    try Self.rename(name, to: path, replacing: true)
    self.name = nil
  }

  private func link(as path: String) -> Bool {
    unsafe linkat(
      AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path.systemPath, AT_SYMLINK_FOLLOW) == 0
  }

  /// Gives a file another name in the same file system.
  ///
  /// - Parameters:
  ///   - name: The name that it has.
  ///   - path: The name that it is to have.
  ///   - replacing: Whether a file of that name goes; otherwise it is an error.
  /// - Throws: ``FileFailure``; both files are then as they were.
  static func rename(
    _ name: String, to path: String, replacing: Bool
  ) throws(FileFailure) {
    if !replacing {
      if unsafe Glibc.link(name.systemPath, path.systemPath) == 0 {
        unsafe unlink(name.systemPath)
        return
      }
      // Not every file system can give a file two names; then there is a moment between look and step.
      var status = stat()
      guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else {
        throw FileFailure(errno: errno)
      }
      guard unsafe lstat(path.systemPath, &status) != 0 else { throw FileFailure(errno: EEXIST) }
    }
    guard unsafe Glibc.rename(name.systemPath, path.systemPath) == 0 else {
      throw FileFailure(errno: errno)
    }
  }

  /// `O_TMPFILE`, which is too much of a macro for Swift: a bit that all of Linux shares, and
  /// `O_DIRECTORY`.
  private static var withoutName: Int32 { 0o20000000 | O_DIRECTORY }

  private static let prefix = ".densecam-"
  private static let suffix = ".tmp"

  private static func newName(in folder: String) -> String {
    let random = String(UInt64.random(in: 0 ... .max), radix: 36)
    return FileName.join(folder, prefix + random + suffix)
  }

  /// Removes what killed processes have left in a folder.
  static func removeAbandoned(in folder: String) {
    for name in (try? FileName.names(in: folder)) ?? []
    where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let path = FileName.join(folder, name)
      let descriptor = unsafe open(path.systemPath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unsafe unlink(path.systemPath) }
      close(descriptor)
    }
  }
}
