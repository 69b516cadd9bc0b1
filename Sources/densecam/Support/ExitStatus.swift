import ArgumentParser
import Explain
import Figures
import Glibc
import Imaging
import Kernels
import Net
import Report
import Verify

/// How the command ends; see `densecam --help`.
enum ExitStatus: Int32, Error {
  case mismatch = 1
  case badInput = 2
  case golden = 4
  case nothingCompared = 5
  case interrupted = 130
}

/// Something that the command itself refuses.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension Densecam {
  static func exit(withStatus status: ExitStatus) -> Never {
    fflush(nil)
    Glibc.exit(status.rawValue)
  }

  /// Prints one line about an error and ends with the status that fits it.
  ///
  /// What the argument parser throws is its own business, help included, but for the status of a
  /// usage error.
  static func exit(reporting error: any Error) -> Never {
    let status: ExitStatus
    switch error {
    case let error as GoldenError:
      switch error.code {
      case .missing, .unreadable, .mismatch: status = .golden
      case .exists, .unwritable: status = .badInput
      }
    case is UsageError, is ImageError, is FormatError, is FileError, is ModelError, is GraphError,
      is KernelError, is ProblemError, is PolicyError, is ReportError, is PictureListError,
      is PictureSizeError, is JournalError, is MapsError, is ExplainError, is AnnotationError,
      is FigureError:
      status = .badInput
    default:
      let code = exitCode(for: error)
      guard code != .success else { exit(withError: error) }
      printError(fullMessage(for: error))
      exit(withStatus: .badInput)
    }
    printError("densecam: error: \(error)")
    exit(withStatus: status)
  }

  /// A reader that has gone away, as `head` does, ends the command without noise.
  static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_DFL) }
}
