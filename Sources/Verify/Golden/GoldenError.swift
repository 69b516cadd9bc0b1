public import Files
import HDF5

/// Why a golden file cannot be used.
public struct GoldenError: ReportedError, Hashable {
  public enum Code: Hashable, Sendable {
    /// There is no such file.
    case missing

    /// The file cannot be read, is damaged, or is not a golden file of this schema.
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

  /// What is wrong and what to do about it, to follow the path.
  public let cause: String

  public init(_ code: Code, path: String, _ cause: String) {
    self.code = code
    self.path = path
    self.cause = cause
  }

  public var description: String { "\(path): \(cause)" }

  public var exitStatus: ExitStatus {
    switch code {
    case .missing, .unreadable, .mismatch: .golden
    case .exists, .unwritable: .badInput
    }
  }
}

extension GoldenError {
  /// What to do about a file that is damaged.
  private static let remedy = "restore it, or record it again with `densecam golden record`"

  /// An existing file that may not be replaced.
  static func exists(_ path: String) -> GoldenError {
    GoldenError(.exists, path: path, "exists; use --allow-overwrite to record it again")
  }

  /// A file whose content is not what was written, or should not have been.
  static func faulty(_ path: String, _ cause: String) -> GoldenError {
    GoldenError(.unreadable, path: path, "\(cause); \(remedy)")
  }

  /// A failure to read a golden, in terms of what can be done about it.
  init(reading path: String, _ error: HDF5Error) {
    switch error.kind {
    case .damaged:
      self = .faulty(path, "is damaged: \(error.object ?? "its structure") fails its checksum")
    case .truncated:
      self = .faulty(path, "is cut short")
    case .notHDF5:
      self.init(
        .unreadable, path: path,
        "is not an HDF5 file, so not a golden; make one with `densecam golden record`")
    case .inUse:
      self.init(
        .unreadable, path: path,
        "is open in another program, which may be changing it; close it there and try again")
    case .unfinished:
      self.init(
        .unreadable, path: path,
        "is being written, or its writer was ended too early; wait for it, or record it again with "
          + "`densecam golden record`")
    case .system, .lock, .newer:
      self.init(.unreadable, path: path, "cannot be read: \(error.explanation)")
    case .unsupported:
      self.init(
        .unreadable, path: path, "nothing is damaged, but it cannot be read: \(error.explanation)")
    case .other:
      self = .faulty(path, "cannot be read: \(error.explanation)")
    }
  }
}

extension HDF5Error {
  /// The error without the file's name, which the golden error already gives.
  var explanation: String { (object.map { "\($0): " } ?? "") + cause }
}
