import Explain
import Figures
import Files
import Glibc
import Imaging
import Kernels
import Net
import Report

/// One run of `densecam cam`: pictures in, drawings, maps and scores out.
final class CamSession {
  /// The maps of one picture, by every backend that was asked for.
  struct Explanation: Sendable {
    var maps: PictureMaps

    /// The maps, the first backend's too, as they lie on the picture, by class.
    var visible: [[Int: ClassActivationMap]]
    var boxes: [AnnotatedPicture.ClassBoxes]
    var destination: CamDestination?
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

    /// Whether a sheet that is there is replaced.
    var replacesSheet = false
    var boxes: CamBoxes?
    var store: MapsStore?
    var journal: ResultJournal<CamRow>?

    /// What is known already and not computed again, by the pictures' paths in the normal way of
    /// writing them.
    var known: [ExactName: CamRow] = [:]
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
  func run(_ names: CamNames) throws -> Bool {
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
        if let destination = explanation.destination {
          try destination.write(drawing.bytes(photo, for: destination.path))
        }
        let likeliest =
          explanation.boxes.count == 1 ? topIndices(inference.probabilities, 1).first : nil
        return Outcome(
          row: CamRow(explanation.maps, output: explanation.destination?.path),
          maps: keepsMaps ? explanation.maps : nil, photo: keepsPhoto ? photo : nil,
          outcomes: explanation.visible.map {
            CamBoxes.outcomes(
              explanation.boxes, of: name, picture, preprocessing, $0, likeliest: likeliest,
              settings: settings)
          })
      })
    func known(_ name: PictureName) -> Outcome? {
      guard var row = request.known[FileName.normal(name.path)] else { return nil }
      row.image = name.path
      return Outcome(row: row)
    }
    do {
      try stream.run(
        names, known: known,
        isCancelled: { Interruption.isRequested },
        emit: { name, result in try self.emit(name, result, isKnown: known(name) != nil) })
      try finish(names)
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
    return names.indices.map { index in
      Result {
        if let store = request.store, store.isComplete, !store.holds(names[index].path) {
          throw store.missing(names[index].path)
        }
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
          destination: try request.target?.destination(of: names[index]))
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
  private func finish(_ names: CamNames) throws {
    progress?.clear()
    try note()
    if names.drawings > 0 {
      printError("densecam: left out \(names.drawings) drawings of this or an earlier run")
    }
    if names.repetitions > 0 {
      printError("densecam: left out \(names.repetitions) pictures that were named before")
    }
    let backends = request.makers.map(\.explainer.backends.name)
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
      try request.drawing.writeSheet(
        photos, to: sheet, replacing: request.replacesSheet)
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
