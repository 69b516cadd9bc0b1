import Glibc
import Synchronization

/// Files that a process was writing when it was killed.
enum Leftovers {
  private static let prefix = ".densecam-"
  private static let suffix = ".tmp"

  /// The folders that were searched: once per process is enough.
  private static let seen = Mutex<Set<ExactName>>([])

  /// A new name for a file of this process.
  ///
  /// - Parameter folder: The folder; `.` for the current one.
  /// - Returns: The path.
  static func name(in folder: String) -> String {
    let number = String(UInt64.random(in: 0 ... .max), radix: 36)
    return path(of: "\(prefix)\(getpid())-\(number)\(suffix)", in: folder)
  }

  /// Removes files of processes that are gone, at the first call.
  ///
  /// The process that made one is gone if there is none with its number here and no process has the file
  /// locked: on a network drive it may run on another machine.
  static func remove(from folder: String) {
    guard seen.withLock({ $0.insert(folder) }) else { return }
    removeAll(from: folder)
  }

  static func removeAll(from folder: String) {
    for name in (try? FileName.names(in: folder)) ?? [] {
      guard let process = process(of: name), kill(process, 0) != 0, errno == ESRCH else { continue }
      removeUnlessLocked(path(of: name, in: folder))
    }
  }

  private static func removeUnlessLocked(_ path: String) {
    let descriptor = unsafe open(
      path.systemPath, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      flock(descriptor, LOCK_EX | LOCK_NB) == 0
    else { return }
    unsafe unlink(path.systemPath)
  }

  /// The process in a name; nil for names of other files.
  static func process(of name: String) -> pid_t? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let parts = name.dropFirst(prefix.count).dropLast(suffix.count).split(
      separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let process = pid_t(parts[0]), process > 0,
      UInt64(parts[1], radix: 36) != nil
    else { return nil }
    return process
  }

  private static func path(of name: String, in folder: String) -> String {
    folder == "." ? name : FileName.join(folder, name)
  }
}
