import Glibc

/// Writes a file so that its name never leads to half of it.
///
/// The bytes are on disk before they have the name, and a process that is killed leaves nothing else.
/// An existing file at `path` must be regular and writable: a rename would also replace a symbolic link or
/// /dev/null, which is never intended.
///
/// - Parameters:
///   - path: The file.
///   - bytes: Its contents.
///   - replacing: Whether a file of that name is replaced; otherwise it is an error, even if it appears
///     while this writes.
/// - Throws: ``FileError``; an existing file is then untouched.
package func writeFile(
  at path: String, _ bytes: [UInt8], replacing: Bool
) throws(FileError) {
  try checkName(path, replacing: replacing)
  var file = try StagedFile(for: path)
  try unsafe file.write(bytes.span.bytes)
  try file.commit(isReplacing: replacing)
}

/// Gives a complete file in the same file system its name, with or without replacing an existing one.
package func renameFile(
  _ name: String, to path: String, replacing: Bool
) throws(FileError) {
  try checkName(path, replacing: replacing)
  try StagedFile.rename(name, to: path, isReplacing: replacing)
}

/// Refuses a name that a file cannot or should not have.
package func checkName(_ path: String, replacing: Bool) throws(FileError) {
  guard !path.isEmpty, !path.utf8.contains(0) else {
    throw FileError(path: path, cause: "not a file name")
  }
  var status = stat()
  guard unsafe lstat(path.systemPath, &status) == 0 else {
    guard errno == ENOENT else { throw FileError(path: path, errno: errno) }
    return
  }
  switch status.st_mode & S_IFMT {
  case S_IFREG: break
  case S_IFDIR: throw FileError(path: path, cause: "it is a directory")
  case S_IFLNK:
    throw FileError(path: path, cause: "it is a symbolic link; name the file that it leads to")
  default: throw FileError(path: path, cause: "it is not a regular file")
  }
  guard replacing else { throw FileError(path: path, errno: EEXIST) }
  guard unsafe access(path.systemPath, W_OK) == 0 else { throw FileError(path: path, errno: errno) }
}

/// Removes leftovers of killed processes from files that ``writeFile(at:_:replacing:)`` was writing.
package func removeAbandonedFiles(in folder: String) {
  Leftovers.removeAll(from: folder)
}

extension FileName {
  /// The names of all files in a folder, in no particular order.
  ///
  /// - Throws: ``FileError`` if the folder cannot be read.
  package static func names(in folder: String) throws(FileError) -> [String] {
    guard let directory = unsafe opendir(folder.systemPath) else {
      throw FileError(path: folder, errno: errno)
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe FileName.text(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
