import Files
import Glibc

/// Small files of the kernel that describe the machine.
enum SystemFile {
  /// The longest text that is read, in bytes; the processors of a large machine describe themselves
  /// at length.
  static let limit = 1 << 22

  /// The text, its surrounding white space removed; nil if it cannot be read.
  static func read(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count < limit {
      let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).trimmed
  }
}
