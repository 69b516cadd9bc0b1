import Files

/// A file under construction that takes its name when it is complete.
///
/// A reader sees the old contents or the new, and a writer that fails or is killed leaves the old and
/// nothing else.
public struct AtomicFile: ~Copyable {
  public let path: String
  private var file: StagedFile

  /// Begins a file.
  ///
  /// - Throws: ``FileError`` if the folder does not exist or may not be written to.
  public init(path: String) throws(FileError) {
    self.path = path
    do throws(SystemError) {
      file = try StagedFile(for: path)
    } catch {
      throw FileError(path: path, errno: error.code)
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError`` if the disk is full or fails.
  public func write(_ bytes: RawSpan) throws(FileError) {
    do throws(SystemError) {
      try file.write(bytes)
    } catch {
      throw FileError(path: path, errno: error.code)
    }
  }

  /// Makes the bytes durable and gives the file its name.
  ///
  /// - Parameter isReplacing: Whether it takes the place of a file that has the name.
  /// - Throws: ``FileError`` if the disk is full or fails, or if there is a file that must not be
  ///   replaced; it is then still there.
  public mutating func commit(isReplacing: Bool = true) throws(FileError) {
    do throws(SystemError) {
      try file.commit(isReplacing: isReplacing)
    } catch {
      throw FileError(path: path, errno: error.code)
    }
  }
}

extension AtomicFile: ByteSink {}
