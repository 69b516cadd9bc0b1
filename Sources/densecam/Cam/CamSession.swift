import Explain
import Figures
import Files
import Net
import Report

/// Takes the results of the pictures of `densecam cam`; their drawings are kept only for a sheet.
typealias CamSink = ResultSink<PictureRow, Figure.Photo?>

/// One run of `densecam cam`: connects a `PictureRun` to the terminal and to its files.
struct CamSession {
  /// The request.
  struct Request {
    var makers: [MapMaker]
    var preprocessing: Preprocessing
    var classes: MappedClasses
    var drawing: CamDrawing
    var target: DrawingTarget?
    var sheet: CamSheet?
    var boxes: BoxScores?

    /// The results kept for a later run, and those of earlier ones.
    var storage = RunStorage()
    var printer: CamPrinter

    /// The pictures that are to come, if that is known.
    var count: Int?
  }

  private let request: Request
  private let console: CamConsole

  init(_ request: Request) {
    self.request = request
    console = CamConsole(
      request.printer, count: request.count,
      isQuick: request.makers.allSatisfy(\.method.isClosedForm))
  }

  /// Takes all pictures through the network.
  ///
  /// - Parameter names: The pictures.
  /// - Returns: Whether all went well.
  /// - Throws: Errors that end the run; those of single pictures do not.
  func run(_ names: DistinctPictures) throws -> Bool {
    do {
      try pictureRun.run(names)
      try finish(names)
    } catch {
      request.storage.kept.store?.removeIfEmpty()
      throw error
    }
    return !console.hasFailed
  }

  private var pictureRun: PictureRun<DrawingDestination?, Figure.Photo?, PictureRow> {
    let (console, storage) = (console, request.storage)
    var run = PictureRun(
      makers: request.makers, preprocessing: request.preprocessing, classes: request.classes,
      drawing: drawing, row: { PictureRow($0.maps, output: $1?.path) })
    run.boxes = request.boxes
    run.admit = { name, picture in
      try storage.kept.admit(name)
      console.warn(of: picture, name)
    }
    run.progress = { done, total in
      console.showPasses(done, of: total)
      return !Interruption.isRequested
    }
    run.known = storage.row
    run.isCancelled = { Interruption.isRequested }
    run.sinks =
      [console.rows]
      + [request.boxes?.sink(), request.sheet?.sink, storage.kept.sink()].compactMap(\.self)
      + [console.bar]
    return run
  }

  private var drawing: DrawingSink<DrawingDestination?, Figure.Photo?> {
    let (drawing, target, keepsPhoto) = (request.drawing, request.target, request.sheet != nil)
    return DrawingSink(
      place: { try target?.destination(of: $0) },
      draw: { picture, destination in
        let photo = Figure.Photo(picture)
        if let destination {
          try destination.write(drawing.bytes(photo, for: destination.path))
        }
        return keepsPhoto ? photo : nil
      })
  }

  /// Prints what concerns all pictures, and writes the files that are written once.
  private func finish(_ names: DistinctPictures) throws {
    if names.drawingCount > 0 {
      printError("densecam: left out \(names.drawingCount) drawings of this or an earlier run")
    }
    if names.repetitionCount > 0 {
      printError("densecam: left out \(names.repetitionCount) pictures that were named before")
    }
    let localization = request.boxes.map(report)
    try console.printer.finish(localization)
    if let boxes = request.boxes, boxes.leftOut.count > 0 {
      printError("densecam: \(boxes.annotations.path): \(boxes.leftOut)")
    }
    if let boxes = request.boxes, boxes.countWithout > 0 {
      printError(
        "densecam: \(boxes.countWithout) pictures have no boxes in \(boxes.annotations.path)")
    }
    guard !Interruption.isRequested else {
      let advice = request.storage.kept.journal == nil ? "" : "; --resume continues"
      printError("densecam: interrupted after \(console.emitted) pictures\(advice)")
      return
    }
    try request.storage.kept.store?.finish()
    try request.sheet?.write(request.drawing)
    if localization?.entries.first?.score.outcomes.isEmpty == true {
      throw ExitStatus.nothingCompared
    }
    if localization?.isUnchanged == false { throw ExitStatus.mismatch }
  }

  private func report(_ boxes: BoxScores) -> LocalizationReport {
    let labels = request.classes.labels
    return LocalizationReport(
      entries: zip(request.makers, boxes.scores).map {
        LocalizationReport.Entry(backend: $0.explainer.backends.name, score: $1)
      }, label: { labels.name($0) })
  }
}
