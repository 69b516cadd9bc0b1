import ArgumentParser
import Files
import Glibc
import Report

/// An error found by the command itself.
struct UsageError: ReportedError, Hashable {
  let description: String

  init(_ description: String) { self.description = description }
}

extension Densecam {
  /// Ends the command; nil for success.
  ///
  /// Failed output makes any ending a failure.
  static func exit(withStatus status: ExitStatus?) -> Never {
    var status = status
    do {
      try Output.finish()
    } catch {
      printError("densecam: error: \(error)")
      status = .badInput
    }
    if Console.hasLostErrors { status = status ?? .badInput }
    Glibc.exit(status?.rawValue ?? 0)
  }

  /// Prints one line about an error and ends with its status.
  ///
  /// Errors of the argument parser are printed by it, help included, except for the status of a usage
  /// error.
  static func exit(reporting error: any Error) -> Never {
    let status: ExitStatus
    switch error {
    case let error as OutputError where error.isClosedPipe:
      Glibc.exit(128 + SIGPIPE)
    case let error as any ReportedError:
      status = error.exitStatus
    default:
      guard exitCode(for: error) == .success else {
        for line in explanation(of: error).split(separator: "\n", omittingEmptySubsequences: false)
        {
          printError(String(line))
        }
        exit(withStatus: .badInput)
      }
      // Requested instead of a run: help, the version, completions.
      do {
        let text = fullMessage(for: error)
        try Output.write(text.isEmpty || text.hasSuffix("\n") ? text : text + "\n")
      } catch {
        exit(reporting: error)
      }
      exit(withStatus: nil)
    }
    printError("densecam: error: \(error)")
    exit(withStatus: status)
  }

  /// The argument parser's text for an error, which may have several lines.
  ///
  /// An argument that has to be escaped must not add to them, so the same error is made with the argument as
  /// it can be shown.
  private static func explanation(of error: any Error) -> String {
    let shown = Console.shownArguments
    guard shown != Array(CommandLine.arguments.dropFirst()) else { return fullMessage(for: error) }
    do {
      _ = try parseAsRoot(shown)
    } catch {
      return fullMessage(for: error)
    }
    return message(for: error).escaped
  }
}
