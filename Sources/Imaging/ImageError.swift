import Files

/// The reason a picture could not be read or written.
package struct ImageError: ReportedError, Hashable {
  /// The kind of failure.
  package enum Code: String, Hashable, Sendable, CaseIterable {
    /// No file has this name.
    case missing
    /// The system does not allow reading it, or it is not a regular file.
    case unreadable
    /// The file has no bytes.
    case empty
    /// The content is neither PNG nor JPEG.
    case notAnImage
    /// The file name's extension names a format other than the content's.
    case contradictsExtension
    /// The data end before the picture does.
    case truncated
    /// The data break their format, or a checksum is wrong.
    case damaged
    /// A valid kind of picture that is not supported.
    case unsupported
    /// A side is zero.
    case zeroSize
    /// The picture or its file exceeds ``ImageLimits``.
    case tooLarge
    case outOfMemory
    /// The file cannot be written.
    case unwritable
  }

  package let code: Code

  /// The file, as the caller named it.
  package let path: String

  /// What is wrong, as the end of a sentence about the file.
  package let cause: String

  package init(_ code: Code, path: String, cause: String) {
    self.code = code
    self.path = path
    self.cause = cause
  }

  /// The path and the cause, in one line.
  package var description: String {
    let line = "\(path): \(cause)".unicodeScalars.map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : scalar
    }
    return String(String.UnicodeScalarView(line))
  }
}
