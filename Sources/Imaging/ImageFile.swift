import Files
import Glibc

/// The bytes of a file, with the name that errors give it.
struct ImageFile {
  let path: String
  let bytes: [UInt8]

  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  /// Reads a whole regular file.
  init(path: String, limit: Int) throws(ImageError) {
    // Without O_NONBLOCK, opening a pipe without a writer would wait forever.
    let descriptor = unsafe open(path.systemPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      throw ImageError(
        code == ENOENT || code == ENOTDIR ? .missing : .unreadable, path: path,
        cause: FileError.text(of: code))
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw ImageError(.unreadable, path: path, cause: FileError.text(of: errno))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw ImageError(.unreadable, path: path, cause: "is a directory")
    default: throw ImageError(.unreadable, path: path, cause: "is not a regular file")
    }
    guard status.st_size > 0 else {
      throw ImageError(.empty, path: path, cause: "the file is empty")
    }
    guard status.st_size <= limit else {
      throw ImageError(
        .tooLarge, path: path, cause: "has \(status.st_size) bytes; the limit is \(limit)")
    }
    self.path = path
    bytes = try Self.read(descriptor, count: status.st_size, path: path)
  }

  /// Reads up to `count` bytes; fewer if the file was shortened meanwhile.
  private static func read(
    _ descriptor: Int32, count: Int, path: String
  ) throws(ImageError) -> [UInt8] {
    var failure: Int32?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let step = unsafe Glibc.read(descriptor, base + filled, count - filled)
        if step < 0, errno == EINTR { continue }
        if step < 0 { failure = errno }
        if step <= 0 { return }
        filled += step
      }
    }
    if let failure {
      throw ImageError(.unreadable, path: path, cause: FileError.text(of: failure))
    }
    guard !bytes.isEmpty else {
      throw ImageError(.empty, path: path, cause: "the file is empty")
    }
    return bytes
  }
}
