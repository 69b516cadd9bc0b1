import Explain
import Figures

/// The output of `densecam cam` during a run: rows, errors of single pictures, and progress.
final class CamConsole {
  private(set) var printer: CamPrinter

  /// The pictures that are to come, if that is known.
  private let count: Int?
  private let progress: ProgressBar?

  /// Pictures that have been reported, those that failed as well.
  private(set) var emitted = 0
  private var earlier = 0

  /// Whether a picture has failed.
  private(set) var hasFailed = false

  /// - Parameters:
  ///   - printer: Prints the rows.
  ///   - count: The pictures that are to come, if that is known.
  ///   - isQuick: Whether a single picture is too quick for a bar.
  init(_ printer: CamPrinter, count: Int?, isQuick: Bool) {
    self.printer = printer
    self.count = count
    progress = count == 1 && isQuick ? nil : ProgressBar("mapping")
  }

  /// Prints each row; comes before all other sinks.
  var rows: CamSink {
    CamSink(
      take: { try self.print($0.row) },
      takeKnown: { row in
        try self.print(row)
        self.earlier += 1
      },
      fail: { try self.report($0, $1) },
      settle: { self.progress?.clear() })
  }

  /// Shows the run's progress; comes after all other sinks.
  var bar: CamSink {
    CamSink(
      take: { _ in self.advance() }, takeKnown: { _ in self.advance() },
      fail: { _, _ in self.advance() })
  }

  private func print(_ row: PictureRow) throws {
    emitted += 1
    if Console.outputIsTerminal { progress?.clear() }
    try printer.print(row)
  }

  private func report(_ name: PictureName, _ error: any Error) throws {
    emitted += 1
    // The failure of a single requested picture is an error of the command.
    guard count != 1 else { throw error }
    if !Interruption.isRequested || !(error is ExplainError) {
      progress?.clear()
      let text = "\(error)"
      printError("densecam: error: \(text.contains(name.path) ? "" : "\(name.path): ")\(text)")
    }
    hasFailed = true
  }

  private func advance() { progress?.update(done: emitted, of: count, skipped: earlier) }

  /// Shows how much of a single picture is done, by methods that run the network again.
  func showPasses(_ done: Int, of total: Int) {
    if count == 1 { progress?.update(Double(done) / Double(total)) }
  }

  /// Reports a fault of a picture's file although every pixel is present.
  func warn(of picture: PreparedPicture, _ name: PictureName) {
    if picture.flaw != nil { progress?.clear() }
    picture.warned(of: name.path)
  }
}
