import Glibc

/// A file under construction, which has no name until it is complete.
///
/// A reader sees the old contents or the new. A writer that fails, or is killed at any moment, leaves
/// the old and nothing else, as the system drops a file without a name together with its last
/// descriptor.
///
/// Two cases need a name for a while: a file system that has no unnamed files (NFS, FAT), and the
/// moment in which a file replaces another, since a link replaces nothing. Such a file is called
/// `.densecam-PROCESS-NUMBER.tmp`; what a killed process has left of it is removed when the next one
/// writes to that folder (``Leftovers``).
package struct StagedFile: ~Copyable {
  package let path: String

  /// Open for reading and writing, at the start of the file.
  package let descriptor: Int32

  /// The name of the file while it has one that is not the final one.
  private var temporaryPath: String?
  private let folder: String
  private let isLocked: Bool

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: The name that it will have. Whether the name is taken is not checked.
  ///   - folder: Where it is until then, in the same file system; that of its name unless given.
  ///   - isLocked: Whether a file that needs a name is locked against being removed as a leftover. A
  ///     library that locks what it opens must find it free.
  ///   - isUnnamed: Whether to try without a name.
  /// - Throws: ``FileError`` if the folder does not exist or may not be written to.
  package init(
    for path: String, in folder: String? = nil, isLocked: Bool = true, isUnnamed: Bool = true
  ) throws(FileError) {
    let folder = folder ?? FileName.parent(of: path)
    let opened = try Self.open(for: path, in: folder, isLocked, isUnnamed)
    self.path = path
    self.folder = folder
    descriptor = opened.descriptor
    temporaryPath = opened.temporaryPath
    self.isLocked = opened.isLocked
  }

  private struct Opened {
    var descriptor: Int32
    var temporaryPath: String?
    var isLocked = false
  }

  private static func open(
    for path: String, in folder: String, _ isLocked: Bool, _ isUnnamed: Bool
  ) throws(FileError) -> Opened {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw FileError(path: path, errno: EINVAL) }
    Leftovers.remove(from: folder)
    if isUnnamed, let descriptor = openUnnamed(in: folder) {
      return Opened(descriptor: descriptor)
    }
    let temporary = Leftovers.name(in: folder)
    let descriptor = unsafe Glibc.open(
      temporary.systemPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(path: path, errno: errno) }
    return Opened(
      descriptor: descriptor, temporaryPath: temporary,
      isLocked: isLocked && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
  }

  /// Makes a file without a name; nil where that is not possible.
  private static func openUnnamed(in folder: String) -> Int32? {
    let descriptor = unsafe Glibc.open(
      folder.systemPath, Self.unnamed | O_RDWR | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return nil }
    // The final name is given through this path.
    guard unsafe access(path(of: descriptor), F_OK) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  deinit {
    if let temporaryPath { unsafe unlink(temporaryPath.systemPath) }
    close(descriptor)
  }

  /// A path by which a library can open the file as long as it is under construction.
  package var openPath: String { temporaryPath ?? Self.path(of: descriptor) }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError`` if the disk is full or fails.
  package func write(_ bytes: RawSpan) throws(FileError) {
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

  /// Makes the bytes durable and gives the file its name.
  ///
  /// - Parameter isReplacing: Whether it replaces a file with the name.
  /// - Throws: ``FileError`` if the disk is full or fails, or, with the code `EEXIST`, if the name is
  ///   taken and must not be; the existing file is then untouched.
  package mutating func commit(isReplacing: Bool = true) throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(path: path, errno: errno) }
    if let temporaryPath {
      try Self.rename(temporaryPath, to: path, isReplacing: isReplacing)
      self.temporaryPath = nil
      if isLocked { flock(descriptor, LOCK_UN) }
    } else if !Self.link(Self.path(of: descriptor), path) {
      guard errno == EEXIST, isReplacing else { throw FileError(path: path, errno: errno) }
      let temporary = Leftovers.name(in: folder)
      guard Self.link(Self.path(of: descriptor), temporary) else {
        throw FileError(path: path, errno: errno)
      }
      do throws(FileError) {
        try Self.rename(temporary, to: path, isReplacing: true)
      } catch {
        unsafe unlink(temporary.systemPath)
        throw error
      }
    }
    // The new name is durable once the folder is; a folder that cannot be opened is not a failure.
    let directory = unsafe Glibc.open(
      FileName.parent(of: path).systemPath, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  /// `O_TMPFILE`, a macro that Swift does not import.
  private static let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY

  private static func path(of descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

  /// Gives a file a further name, if nothing has it.
  private static func link(_ old: String, _ new: String) -> Bool {
    unsafe linkat(AT_FDCWD, old.systemPath, AT_FDCWD, new.systemPath, AT_SYMLINK_FOLLOW) == 0
  }

  /// Gives a file another name in the same file system.
  ///
  /// - Parameters:
  ///   - old: Its name.
  ///   - new: Its new name.
  ///   - isReplacing: Whether a file of that name is replaced; where there are no links, there is a moment
  ///     between looking for one and the renaming.
  /// - Throws: ``FileError``; both files are then as they were.
  static func rename(
    _ old: String, to new: String, isReplacing: Bool
  ) throws(FileError) {
    if !isReplacing {
      if link(old, new) {
        unsafe unlink(old.systemPath)
        return
      }
      guard errno != EEXIST else { throw FileError(path: new, errno: EEXIST) }
      guard unsafe access(new.systemPath, F_OK) != 0 else {
        throw FileError(path: new, errno: EEXIST)
      }
    }
    guard unsafe Glibc.rename(old.systemPath, new.systemPath) == 0 else {
      throw FileError(path: new, errno: errno)
    }
  }
}
