import Glibc

/// A file mapped read-only into memory.
///
/// All reads are range-checked, so that a hostile file cannot lead outside the mapping. If another
/// process shortens a file while it is mapped, this one ends with SIGBUS, as does every program that
/// maps files.
@safe
public final class MappedFile: @unchecked Sendable {
  public let path: String

  /// The size in bytes.
  public let count: Int
  private let base: UnsafeRawPointer?

  /// Maps a regular file.
  ///
  /// - Throws: ``FileError`` if the file cannot be opened or is not a regular file.
  public init(path: String) throws(FileError) {
    let descriptor = unsafe open(path.systemPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(path: path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path: path, cause: "is not a regular file")
    }
    self.path = path
    count = Int(status.st_size)
    guard count > 0 else {
      unsafe base = nil
      return
    }
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard unsafe address != MAP_FAILED, let start = unsafe address else {
      throw FileError(path: path, errno: errno)
    }
    unsafe base = UnsafeRawPointer(start)
  }

  deinit {
    if let base = unsafe base {
      _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
    }
  }

  /// Copies one fixed-width integer or float, stored little-endian, or nil beyond the end.
  package func load<Value: BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value? {
    guard let base = unsafe base, offset >= 0, count - offset >= MemoryLayout<Value>.size else {
      return nil
    }
    return unsafe base.loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// Copies bytes, or returns nil if the range leaves the file.
  package func bytes(at offset: Int, count length: Int) -> [UInt8]? {
    guard offset >= 0, length >= 0, offset <= count, count - offset >= length else { return nil }
    guard length > 0, let base = unsafe base else { return [] }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: base + offset, count: length))
  }

  /// Lends the whole file's bytes.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
    -> Result
  {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Lends floats in place.
  ///
  /// - Precondition: The range is in the file and `offset` is a multiple of four.
  package func floats(at offset: Int, count length: Int) -> UnsafeBufferPointer<Float> {
    precondition(offset % 4 == 0 && offset >= 0 && offset + 4 * length <= count)
    guard length > 0, let base = unsafe base else {
      return unsafe UnsafeBufferPointer(start: nil, count: 0)
    }
    return unsafe UnsafeBufferPointer(
      start: (base + offset).assumingMemoryBound(to: Float.self), count: length)
  }

  /// Lets the system drop the pages that have been read.
  package func dropResidentPages() {
    guard let base = unsafe base else { return }
    _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base), count, MADV_DONTNEED)
  }
}
