import Files
import Glibc

/// Writes a file so that its name never leads to half of it.
///
/// The bytes go to a file without a name, are flushed to disk, and get the name. What exists at `path`
/// must be a regular file that we may write: a rename would also put a file in place of a symbolic link
/// or of /dev/null, which nobody means.
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

  do throws(SystemError) {
    var file = try StagedFile(for: path)
    try unsafe file.write(bytes.span.bytes)
    try file.commit()
  } catch {
    throw failure("\(error)")
  }
}
