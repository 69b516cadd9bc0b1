import Explain
import Figures
import Glibc
import Imaging
import Kernels
import Net
import Report
import Synchronization

/// One run of `densecam cam`: pictures in, drawings, maps and scores out.
final class CamSession {
  /// The maps of one picture, by every backend that was asked for.
  struct Explanation: Sendable {
    var maps: PictureMaps

    /// The maps, the first backend's too, as they lie on the picture, by class.
    var visible: [[Int: ClassActivationMap]]
    var boxes: [AnnotatedPicture.ClassBoxes]
    var path: String?
  }

  /// What is left of a picture in the end.
  struct Outcome: Sendable {
    var row: CamRow
    var maps: PictureMaps?
    var photo: Figure.Photo?
    var outcomes: [[LocalizationOutcome]] = []
  }

  /// What was asked for.
  struct Request {
    var makers: [MapMaker]
    var preprocessing: Preprocessing
    var classes: CamClasses
    var drawing: CamDrawing
    var target: CamTarget?
    var sheet: String?
    var boxes: CamBoxes?
    var store: MapsStore?
    var journal: ResultJournal<CamRow>?

    /// Whether files that are there may be of the run that is gone on with.
    var isResumed = false
    var printer: CamPrinter

    /// The pictures that are to come, if that is known.
    var count: Int?
  }

  /// The photos of one sheet.
  static let sheetLimit = 100

  /// Pictures between two notes in the journal.
  private static let journalStride = 16

  private var request: Request
  private var photos: [Figure.Photo] = []
  private var unwritten: [CamRow] = []
  private var hasFailed = false
  private var hasTooMany = false
  private let progress: ProgressBar?
  private var emitted = 0
  private var earlier = 0

  init(_ request: Request) {
    self.request = request
    let isQuick = request.count == 1 && request.makers.allSatisfy(\.method.isClosedForm)
    progress = isQuick ? nil : ProgressBar("mapping")
  }

  /// Takes all pictures through the network.
  ///
  /// - Returns: Whether all went well.
  /// - Throws: Whatever ends the run; single pictures do not.
  func run(_ names: some Sequence<PictureName>) throws -> Bool {
    let first = request.makers[0]
    let preprocessing = request.preprocessing
    let drawing = request.drawing
    let settings = request.boxes?.settings ?? LocalizationSettings()
    let keepsMaps = request.store != nil
    let keepsPhoto = request.sheet != nil
    let stream = PictureStream<Explanation, Outcome>(
      explainer: first.explainer, preprocessing: preprocessing,
      explain: { names, pictures, inferences in
        try self.explain(names, pictures, inferences)
      },
      finish: { name, picture, inference, explanation in
        let visible = explanation.visible[0]
        let photo = Figure.Photo(picture, explanation.maps, name: name.relativePath) {
          visible[$0.classIndex] ?? $0
        }
        if let path = explanation.path { try drawing.write(photo, to: path) }
        let likeliest =
          explanation.boxes.count == 1 ? topIndices(inference.probabilities, 1).first : nil
        return Outcome(
          row: CamRow(explanation.maps, output: explanation.path),
          maps: keepsMaps ? explanation.maps : nil, photo: keepsPhoto ? photo : nil,
          outcomes: explanation.visible.map {
            CamBoxes.outcomes(
              explanation.boxes, of: name, picture, preprocessing, $0, likeliest: likeliest,
              settings: settings)
          })
      })
    let known = request.journal?.rows ?? [:]
    do {
      try stream.run(
        names, known: { name in known[name.path].map { Outcome(row: $0) } },
        isCancelled: { Interruption.isRequested },
        emit: { name, result in try self.emit(name, result, isKnown: known[name.path] != nil) })
      try finish()
    } catch {
      request.store?.removeIfEmpty()
      throw error
    }
    return !hasFailed
  }

  /// Makes the maps of one batch.
  private func explain(
    _ names: [PictureName], _ pictures: [PreparedPicture], _ inferences: [Inference]
  ) throws -> [Result<Explanation, any Error>] {
    // The other backends run the pictures as well.
    let others = try request.makers.dropFirst().map { try $0.explainer.run(pictures.map(\.input)) }
    let labels = request.classes.labels
    let isResumed = request.journal != nil && request.isResumed
    return names.indices.map { index in
      Result {
        if pictures[index].flaw != nil { progress?.clear() }
        pictures[index].warned(of: names[index].path)
        let boxes = try request.boxes?.boxes(of: names[index], pictures[index]) ?? []
        let classes = request.classes.named + boxes.map(\.classIndex)
        let all = [inferences[index]] + others.map { $0[index] }
        var maps: [PictureMaps] = []
        for (maker, inference) in zip(request.makers, all) {
          maps.append(
            try maker.maps(
              source: names[index].path, picture: pictures[index], inference: inference,
              topCount: request.classes.topCount, classes: classes, label: labels.name,
              progress: { done, total in
                if self.request.count == 1 { self.progress?.update(Double(done) / Double(total)) }
                return !Interruption.isRequested
              }))
        }
        return Explanation(
          maps: maps[0],
          visible: try zip(request.makers, maps).map { maker, maps in
            Dictionary(
              try maps.entries.map {
                ($0.classIndex, try maker.visibleMap($0.map, of: inferences[index]))
              }, uniquingKeysWith: { first, _ in first })
          },
          boxes: boxes,
          path: try request.target?.path(
            for: names[index], replacing: isResumed))
      }
    }
  }

  /// Prints and keeps what became of one picture.
  private func emit(
    _ name: PictureName, _ result: Result<Outcome, any Error>, isKnown: Bool
  ) throws {
    emitted += 1
    switch result {
    case .failure(let error):
      // A single picture that was asked for is an error of the command.
      guard request.count != 1 else { throw error }
      if !Interruption.isRequested || !(error is ExplainError) {
        progress?.clear()
        let text = "\(error)"
        printError("densecam: error: \(text.contains(name.path) ? "" : "\(name.path): ")\(text)")
      }
      hasFailed = true
    case .success(let outcome):
      if Console.outputIsTerminal { progress?.clear() }
      try request.printer.print(outcome.row)
      if isKnown {
        earlier += 1
      } else {
        try keep(outcome)
      }
    }
    progress?.update(done: emitted, of: request.count, skipped: earlier)
  }

  private func keep(_ outcome: Outcome) throws {
    request.boxes?.add(outcome.outcomes)
    if let photo = outcome.photo {
      if photos.count < Self.sheetLimit { photos.append(photo) } else { hasTooMany = true }
    }
    if let maps = outcome.maps { try request.store?.append(maps) }
    if request.journal != nil {
      unwritten.append(outcome.row)
      let isDue = request.store?.isFull ?? (unwritten.count >= Self.journalStride)
      if isDue { try note() }
    } else if request.store?.isFull == true {
      try request.store?.completePart()
    }
  }

  /// Notes in the journal what is on disk.
  private func note() throws {
    try request.store?.completePart()
    guard let journal = request.journal else { return }
    for row in unwritten { try journal.append(row.image, row) }
    try journal.flush()
    unwritten = []
  }

  /// Writes what is written once.
  private func finish() throws {
    progress?.clear()
    try note()
    let backends = request.makers.map(\.explainer.backend.name)
    let localization = request.boxes?.report(backends: backends, labels: request.classes.labels)
    try request.printer.finish(localization)
    if let boxes = request.boxes, boxes.leftOut.count > 0 {
      printError("densecam: \(boxes.annotations.path): \(boxes.leftOut)")
    }
    if let boxes = request.boxes, boxes.countWithout > 0 {
      printError(
        "densecam: \(boxes.countWithout) pictures have no boxes in \(boxes.annotations.path)")
    }
    guard !Interruption.isRequested else {
      let advice = request.journal == nil ? "" : "; --resume goes on"
      printError("densecam: interrupted after \(emitted) pictures\(advice)")
      return
    }
    try request.store?.finish()
    if let sheet = request.sheet, !photos.isEmpty {
      try request.drawing.writeSheet(photos, to: sheet)
      if hasTooMany {
        throw UsageError("\(sheet): shows the first \(Self.sheetLimit) pictures; that is the limit")
      }
    }
    if localization?.entries.first?.score.outcomes.isEmpty == true {
      throw ExitStatus.nothingCompared
    }
    if localization?.isUnchanged == false { throw ExitStatus.mismatch }
  }
}
