/// Text files, written by hand or by programs: lists, labels and policies.
package enum TextFile {
  /// The largest file that is read unless stated, in bytes.
  package static let largestCount = 16 << 20

  /// Reads text in UTF-8; a byte order mark before it is not part of it.
  ///
  /// - Throws: ``FileError`` if the file cannot be read, is larger than the limit or is not UTF-8.
  package static func read(
    _ path: String, upTo limit: Int = largestCount
  ) throws(FileError) -> String {
    let file = try MappedFile(path: path)
    guard file.count <= limit, let bytes = file.bytes(at: 0, count: file.count) else {
      throw FileError(path: path, cause: "is larger than \(limit >> 20) MiB")
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let isWide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      let cause =
        isWide ? "is UTF-16 text" : "is not UTF-8 text (byte \(error.byteOffsets.lowerBound))"
      throw FileError(path: path, cause: "\(cause); save it as UTF-8")
    }
    return String(decoding: bytes.withoutByteOrderMark, as: UTF8.self)
  }

  /// Reads the lines of a text, empty ones too; nothing comes after the last line's end.
  ///
  /// Lines end as in Python's `splitlines`: with a line feed, a carriage return, both, or one of
  /// Unicode's separators.
  ///
  /// - Throws: As ``read(_:upTo:)``.
  package static func lines(_ path: String) throws(FileError) -> [String] {
    var lines = try read(path).split(omittingEmptySubsequences: false) { character in
      character.isNewline || ("\u{1C}"..."\u{1E}").contains(character)
    }.map(String.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

extension StringProtocol {
  /// Without white space at either end.
  package var trimmed: String {
    let start = drop(while: \.isWhitespace)
    return start.lastIndex { !$0.isWhitespace }.map { String(start[...$0]) } ?? ""
  }
}
