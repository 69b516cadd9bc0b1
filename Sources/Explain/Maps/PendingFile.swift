import Files
import Glibc

/// A file of maps under construction, which takes its name when it is complete.
struct PendingFile: ~Copyable {
  let path: String
  private var file: StagedFile
  private let isReplacing: Bool

  /// Open for reading and writing.
  var descriptor: Int32 { file.descriptor }

  /// A path by which a library can open the file, which is empty.
  var openPath: String { file.openPath }

  /// The suffix of temporary names, by which files left by a killed process are found.
  static let suffix = ".tmp"

  /// Checks that a file can have this name, before any work is spent on it.
  ///
  /// An existing file must be regular and writable: a rename would also replace a symbolic link or a
  /// device, which is never intended.
  ///
  /// - Parameters:
  ///   - path: The final name.
  ///   - folder: Where the file is until then, in the same file system; next to the name unless given.
  ///   - replacing: Whether an existing file is replaced.
  ///   - isLocked: See `StagedFile`.
  /// - Throws: ``MapsError`` if it cannot.
  init(
    path: String, in folder: String? = nil, replacing: Bool = true, isLocked: Bool = true
  ) throws(MapsError) {
    file = try Self.open(path, folder, replacing, isLocked)
    self.path = path
    isReplacing = replacing
  }

  private static func open(
    _ path: String, _ folder: String?, _ replacing: Bool, _ isLocked: Bool
  ) throws(MapsError) -> StagedFile {
    do throws(FileError) {
      try checkName(path, replacing: replacing)
      return try StagedFile(for: path, in: folder, isLocked: isLocked)
    } catch {
      throw MapsError(error)
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``MapsError`` if the disk is full or fails.
  func write(_ bytes: [UInt8]) throws(MapsError) {
    do throws(FileError) {
      try unsafe file.write(bytes.span.bytes)
    } catch {
      throw MapsError(error)
    }
  }

  /// Makes the file durable and gives it its name.
  ///
  /// - Throws: ``MapsError`` if the disk is full or fails, or if a file has taken the name that is not to
  ///   be replaced; that file is then still there.
  mutating func commit() throws(MapsError) {
    do throws(FileError) {
      try file.commit(isReplacing: isReplacing)
    } catch {
      throw MapsError(error)
    }
  }
}
