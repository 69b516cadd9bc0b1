import Files
import Glibc

/// A file of maps under construction, which takes its name when it is complete.
struct PendingFile: ~Copyable {
  let path: String
  private var file: StagedFile

  /// Open for reading and writing.
  var descriptor: Int32 { file.descriptor }

  /// A path by which a library can open the file, which is empty.
  var openPath: String { file.openPath }

  /// The end of temporary names, by which those are found that a killed process has left.
  static let suffix = ".tmp"

  /// Checks that a file can take this name, before any work is spent on it.
  ///
  /// What exists there must be a regular file that we may write: a rename would also put a file in
  /// place of a symbolic link or of a device, which nobody means.
  ///
  /// - Parameters:
  ///   - path: The name.
  ///   - isLocked: See `StagedFile`.
  /// - Throws: ``MapsError`` if it cannot.
  init(path: String, isLocked: Bool = true) throws(MapsError) {
    file = try Self.open(path, isLocked)
    self.path = path
  }

  private static func open(_ path: String, _ isLocked: Bool) throws(MapsError) -> StagedFile {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw MapsError(.unwritable, path: path, "cannot be written: not a file name")
    }
    var status = stat()
    if unsafe lstat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw MapsError(.unwritable, path: path, "cannot be written: it is no regular file")
      }
      guard unsafe access(path, W_OK) == 0 else { throw failure(path, errno) }
    } else if errno != ENOENT {
      throw failure(path, errno)
    }
    do throws(SystemError) {
      return try StagedFile(for: path, isLocked: isLocked)
    } catch {
      throw failure(path, error.code)
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``MapsError`` if the disk is full or fails.
  func write(_ bytes: [UInt8]) throws(MapsError) {
    do throws(SystemError) {
      try unsafe file.write(bytes.span.bytes)
    } catch {
      throw Self.failure(path, error.code)
    }
  }

  /// Makes the file durable and gives it its name, in place of any that has it.
  ///
  /// - Throws: ``MapsError`` if the disk is full or fails; the old file is then still there.
  mutating func commit() throws(MapsError) {
    do throws(SystemError) {
      try file.commit()
    } catch {
      throw Self.failure(path, error.code)
    }
  }

  static func failure(_ path: String, _ code: Int32) -> MapsError {
    MapsError(
      .unwritable, path: path,
      unsafe "cannot be written: \(String(cString: strerror(code)).lowercased())")
  }
}
