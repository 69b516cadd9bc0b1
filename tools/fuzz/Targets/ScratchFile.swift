import Glibc

/// The file of a process, for parsers that take a path: each input overwrites the last.
///
/// It lies in the folder that `DENSECAM_FUZZ_FOLDER` names, which `tools/fuzz/run` removes.
struct ScratchFile {
  let path: String

  init() {
    let folder = unsafe getenv("DENSECAM_FUZZ_FOLDER").map { unsafe String(cString: $0) } ?? "/tmp"
    path = "\(folder)/input.\(getpid())"
  }

  /// Makes the file hold these bytes.
  ///
  /// - Returns: The file's path.
  func fill(_ bytes: [UInt8]) -> String {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "the input cannot be put into a file")
    defer { close(descriptor) }
    let written = unsafe bytes.withUnsafeBytes {
      unsafe write(descriptor, $0.baseAddress, $0.count)
    }
    precondition(written == bytes.count, "the input cannot be put into a file")
    return path
  }
}
