import Bench
import Net

/// Text files that people write by hand: lists and policies.
enum SmallTextFile {
  /// The largest file that is read, in bytes.
  static let largestSize = 16 << 20

  /// - Throws: ``FileError`` if the file cannot be read, ``UsageError`` if it is too large.
  static func read(_ path: String, upTo limit: Int = largestSize) throws -> String {
    let file = try MappedFile(path: path)
    guard file.count <= limit else {
      throw UsageError("\(path): is larger than \(limit >> 20) MiB")
    }
    return unsafe file.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
