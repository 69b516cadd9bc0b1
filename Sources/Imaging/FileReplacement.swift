import Glibc

/// Writes a file so that its name never leads to half of it.
///
/// The bytes go to a temporary file beside it, are flushed to disk, and are renamed. What exists at
/// `path` must be a regular file that we may write: a rename would also put a file in place of a
/// symbolic link or of /dev/null, which nobody means.
///
/// - Throws: ``ImageError`` with the code ``ImageError/Code/unwritable`` and the cause.
package func replaceFile(at path: String, with bytes: [UInt8]) throws(ImageError) {
  func failure(_ cause: String) -> ImageError {
    ImageError(.unwritable, path: path, cause: "cannot be written: \(cause)")
  }
  guard !path.isEmpty, !path.utf8.contains(0) else { throw failure("not a file name") }
  var status = stat()
  if unsafe lstat(path, &status) == 0 {
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw failure("it is a directory")
    case S_IFLNK: throw failure("it is a symbolic link; name the file that it leads to")
    default: throw failure("it is not a regular file")
    }
    guard unsafe access(path, W_OK) == 0 else { throw failure(systemMessage(errno)) }
  } else if errno != ENOENT {
    throw failure(systemMessage(errno))
  }

  let (descriptor, temporary) = try createTemporary(beside: path, failure)
  var renamed = false
  defer { if !renamed { _ = unsafe unlink(temporary) } }
  let problem = unsafe bytes.withUnsafeBytes { unsafe write($0, to: descriptor) }
  // Closing can report what writing could not, on network file systems.
  let closed = close(descriptor) == 0 ? nil : errno
  if let code = problem ?? closed { throw failure(systemMessage(code)) }
  guard unsafe rename(temporary, path) == 0 else { throw failure(systemMessage(errno)) }
  renamed = true
}

/// Creates a file with a new name in the same directory, so that renaming it is atomic.
private func createTemporary(
  beside path: String, _ failure: (String) -> ImageError
) throws(ImageError) -> (descriptor: Int32, path: String) {
  for _ in 0..<16 {
    let temporary = path + "." + String(UInt64.random(in: 0 ... .max), radix: 36) + ".tmp"
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor >= 0 { return (descriptor, temporary) }
    guard errno == EEXIST else { throw failure(systemMessage(errno)) }
  }
  throw failure(systemMessage(EEXIST))
}

/// Writes and flushes everything; returns the error number of what failed.
private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
  var rest = unsafe bytes
  while let base = rest.baseAddress, unsafe !rest.isEmpty {
    let count = unsafe Glibc.write(descriptor, base, rest.count)
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return count < 0 ? errno : EIO }
    unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
  }
  return fsync(descriptor) == 0 ? nil : errno
}
