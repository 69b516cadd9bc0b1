import Files
import Bench
import Net

/// Text files that people write by hand, or get from programs: lists, labels and policies.
enum SmallTextFile {
  /// The largest file that is read, in bytes.
  static let largestSize = 16 << 20

  /// Reads text in UTF-8; a byte order mark before it is no part of it.
  ///
  /// - Throws: ``FileError`` if the file cannot be read, ``UsageError`` if it is too large or not
  ///   UTF-8.
  static func read(_ path: String, upTo limit: Int = largestSize) throws -> String {
    let file = try MappedFile(path: path)
    guard file.count <= limit else {
      throw UsageError("\(path): is larger than \(limit >> 20) MiB")
    }
    let bytes = unsafe file.withBytes { unsafe Array($0) }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let isWide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      let cause =
        isWide ? "is UTF-16 text" : "is not UTF-8 text (byte \(error.byteOffsets.lowerBound))"
      throw UsageError("\(path): \(cause); save it as UTF-8")
    }
    return String(decoding: bytes.withoutByteOrderMark, as: UTF8.self)
  }

  /// Reads the lines of a text, empty ones too; nothing comes after the last line's end.
  ///
  /// Lines end as in Python's `splitlines`: with a line feed, a carriage return, both, or one of
  /// Unicode's separators.
  ///
  /// - Throws: As ``read(_:upTo:)``.
  static func lines(_ path: String) throws -> [String] {
    var lines = try read(path).split(omittingEmptySubsequences: false) { character in
      character.isNewline || ("\u{1C}"..."\u{1E}").contains(character)
    }.map(String.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}
