import Glibc

/// The reason a file could not be read or written.
public struct FileError: ReportedError, Hashable {
  public let path: String

  /// The end of a sentence about the file, such as `No space left on device`.
  public let cause: String

  /// `errno` after the call that failed; nil if no call of the system did.
  public let code: Int32?

  public init(path: String, cause: String) {
    self.path = path
    self.cause = cause
    code = nil
  }

  /// Describes the failure of a system call.
  public init(path: String, errno code: Int32) {
    self.path = path
    self.code = code
    cause = Self.text(of: code)
  }

  public var description: String { "\(path): \(cause)" }

  /// The system's text for an error number.
  public static func text(of code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
