import Files
import HDF5

/// The reason a file of maps cannot be written or used.
package struct MapsError: ReportedError, Hashable {
  package enum Code: Hashable, Sendable {
    /// There is no such file.
    case missing

    /// The file is damaged, or is not a file of maps of this schema.
    case unreadable

    /// The file cannot be written.
    case unwritable

    /// Files to be merged come from different runs.
    case mismatch

    /// The maps do not fit the format, or are not valid.
    case unsuitable
  }

  package let code: Code
  package let path: String

  /// The position in the file, in bytes, where there is one.
  package let offset: Int?

  /// What is wrong, to follow the path.
  package let cause: String

  package init(_ code: Code, path: String, offset: Int? = nil, _ cause: String) {
    self.code = code
    self.path = path
    self.offset = offset
    self.cause = cause
  }

  package var description: String {
    "\(path): \(offset.map { "byte \($0): " } ?? "")\(cause)"
  }
}

extension MapsError {
  /// A failure to read a file, in terms of what can be done about it.
  init(reading path: String, _ error: HDF5Error) {
    let cause =
      switch error.kind {
      case .damaged: "is damaged: \(error.object ?? "its structure") fails its checksum"
      case .truncated: "is cut short"
      case .notHDF5: "is not an HDF5 file, so not a file of maps"
      case .inUse: "is open in another program, which may be changing it"
      case .unfinished: "is being written, or its writer was ended too early"
      case .system, .lock, .newer: "cannot be read: \(error.cause)"
      case .unsupported: "nothing is damaged, but it cannot be read: \(error.explanation)"
      case .other: "cannot be read: \(error.explanation)"
      }
    self.init(.unreadable, path: path, cause)
  }

  /// A failure to write a file.
  init(_ error: FileError) {
    self.init(.unwritable, path: error.path, "cannot be written: \(error.cause)")
  }

  /// A failure to write a file that has another name until it is complete.
  init(writing path: String, _ error: HDF5Error) {
    self.init(.unwritable, path: path, "cannot be written: \(error.explanation)")
  }
}

extension HDF5Error {
  /// The error without the file's name.
  fileprivate var explanation: String { (object.map { "\($0): " } ?? "") + cause }
}
