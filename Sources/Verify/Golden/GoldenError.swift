/// Why a golden file cannot be used.
public struct GoldenError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// There is no such file.
    case missing

    /// The file cannot be read or is not a golden file of this schema.
    case unreadable

    /// The file belongs to another model, or its values contradict it.
    case mismatch

    /// The file exists and may not be replaced.
    case exists

    /// The file cannot be written.
    case unwritable
  }

  public let code: Code
  public let path: String
  public let cause: String

  public init(_ code: Code, path: String, _ cause: String) {
    self.code = code
    self.path = path
    self.cause = cause
  }

  public var description: String { "\(path): \(cause)" }
}
