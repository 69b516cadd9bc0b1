import Glibc

/// A file under construction, which has no name until it is complete.
///
/// A reader sees the old contents or the new. A writer that fails, or is killed at any moment, leaves
/// the old and nothing beside it, for the system drops a file without a name together with its last
/// descriptor.
///
/// Two cases need a name for a while: a file system that has no unnamed files (NFS, FAT), and the
/// moment in which a file takes the place of another, since a link replaces nothing. Such a file is
/// called `.densecam-PROCESS-NUMBER.tmp`; what a killed process has left of it goes when the next one
/// writes into that folder (``Leftovers``).
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
  ///   - path: The name that it will have. Whether something has that name is not looked at.
  ///   - isLocked: Whether a file that needs a name is locked against being removed as a leftover. A
  ///     library that locks what it opens must find it free.
  ///   - isUnnamed: Whether to try without a name.
  /// - Throws: ``SystemError`` if the folder does not exist or may not be written to.
  package init(for path: String, isLocked: Bool = true, isUnnamed: Bool = true) throws(SystemError)
  {
    let opened = try Self.open(for: path, isLocked, isUnnamed)
    self.path = path
    folder = Self.folder(of: path)
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
    for path: String, _ isLocked: Bool, _ isUnnamed: Bool
  ) throws(SystemError) -> Opened {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw SystemError(code: EINVAL) }
    let folder = folder(of: path)
    Leftovers.remove(from: folder)
    if isUnnamed, let descriptor = openUnnamed(in: folder) {
      return Opened(descriptor: descriptor)
    }
    let temporary = Leftovers.name(in: folder)
    let descriptor = unsafe Glibc.open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SystemError(code: errno) }
    return Opened(
      descriptor: descriptor, temporaryPath: temporary,
      isLocked: isLocked && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
  }

  /// Makes a file without a name; nil where that is not possible.
  private static func openUnnamed(in folder: String) -> Int32? {
    let descriptor = unsafe Glibc.open(folder, Self.unnamed | O_RDWR | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return nil }
    // The name that is to come is given through this path.
    guard unsafe access(path(of: descriptor), F_OK) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  deinit {
    if let temporaryPath { unsafe unlink(temporaryPath) }
    close(descriptor)
  }

  /// A path by which a library can open the file as long as it is under construction.
  package var openPath: String { temporaryPath ?? Self.path(of: descriptor) }

  /// Appends bytes.
  ///
  /// - Throws: ``SystemError`` if the disk is full or fails.
  package func write(_ bytes: RawSpan) throws(SystemError) {
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
    if let failure { throw SystemError(code: failure) }
  }

  /// Makes the bytes durable and gives the file its name.
  ///
  /// - Parameter isReplacing: Whether it takes the place of a file that has the name.
  /// - Throws: ``SystemError`` if the disk is full or fails, or, with the code `EEXIST`, if the name is
  ///   taken and must not be; what had the name is then still there.
  package mutating func commit(isReplacing: Bool = true) throws(SystemError) {
    guard fsync(descriptor) == 0 else { throw SystemError(code: errno) }
    if let temporaryPath {
      try isReplacing ? Self.rename(temporaryPath, path) : Self.move(temporaryPath, path)
      self.temporaryPath = nil
      if isLocked { flock(descriptor, LOCK_UN) }
    } else if !Self.link(Self.path(of: descriptor), path) {
      guard errno == EEXIST, isReplacing else { throw SystemError(code: errno) }
      let temporary = Leftovers.name(in: folder)
      guard Self.link(Self.path(of: descriptor), temporary) else {
        throw SystemError(code: errno)
      }
      do throws(SystemError) {
        try Self.rename(temporary, path)
      } catch {
        unsafe unlink(temporary)
        throw error
      }
    }
    // The new name is durable once the folder is; a folder that cannot be opened is no failure.
    let directory = unsafe Glibc.open(folder, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }

  /// `O_TMPFILE`, a macro that Swift does not import.
  private static let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY

  private static func path(of descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

  /// The folder of a path, by its bytes: a slash with a mark on it is another character.
  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return String(decoding: path.utf8[...slash], as: UTF8.self)
  }

  /// Gives a file a further name, if nothing has it.
  private static func link(_ old: String, _ new: String) -> Bool {
    unsafe linkat(AT_FDCWD, old, AT_FDCWD, new, AT_SYMLINK_FOLLOW) == 0
  }

  private static func rename(_ old: String, _ new: String) throws(SystemError) {
    guard unsafe Glibc.rename(old, new) == 0 else { throw SystemError(code: errno) }
  }

  /// Renames a file unless the new name is taken; where there are no links, that is looked at before.
  private static func move(_ old: String, _ new: String) throws(SystemError) {
    if link(old, new) {
      unsafe unlink(old)
      return
    }
    guard errno != EEXIST else { throw SystemError(code: EEXIST) }
    guard unsafe access(new, F_OK) != 0 else { throw SystemError(code: EEXIST) }
    try rename(old, new)
  }
}
