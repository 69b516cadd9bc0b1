import ArgumentParser
import Files
import Glibc
import Report

/// Something that the command itself refuses.
struct UsageError: ReportedError, Hashable {
  let description: String

  init(_ description: String) { self.description = description }
}

extension Densecam {
  /// Ends the command; nil for success.
  ///
  /// What could not be printed makes any end a bad one.
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

  /// Prints one line about an error and ends with the status that fits it.
  ///
  /// What the argument parser throws is its own business, help included, but for the status of a
  /// usage error.
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
      // What was asked for instead of a run: help, the version, completions.
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

  /// What the argument parser says of an error; some of it takes several lines.
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
