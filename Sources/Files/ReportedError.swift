/// An error that a user can do something about.
///
/// Its description is one line, which the command prints before it ends with the error's status. Every error
/// that an input can cause is of such a type, so that new ones are reported without being listed.
public protocol ReportedError: Error, Sendable, CustomStringConvertible {
  /// How the command ends; ``ExitStatus/badInput`` unless the error says otherwise.
  var exitStatus: ExitStatus { get }
}

extension ReportedError {
  public var exitStatus: ExitStatus { .badInput }
}

/// The exit status of a command that was not successful.
public enum ExitStatus: Int32, Error {
  /// Something was compared and differs.
  case mismatch = 1

  /// An argument or a file is at fault.
  case badInput = 2

  /// A network is slower than was allowed.
  case regression = 3

  /// A golden is missing, damaged, or of another model.
  case golden = 4

  /// Nothing could be compared.
  case nothingCompared = 5

  /// Ctrl-C.
  case interrupted = 130
}
