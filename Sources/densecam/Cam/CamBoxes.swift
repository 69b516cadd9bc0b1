import Explain
import Files
import Glibc
import Imaging
import Net
import Report

/// Boxes that maps are compared with, and the scores of each backend.
struct CamBoxes {
  let annotations: BoxAnnotations
  let mapping: ClassMapping
  let settings: LocalizationSettings
  private var scores: [LocalizationScore]

  /// Pictures without a box of a class of the network.
  private(set) var countWithout = 0

  /// Annotations that name no box to score.
  private(set) var leftOut: LeftOutAnnotations

  /// Reads a file of boxes.
  ///
  /// - Throws: `AnnotationError`, or ``UsageError`` if the file cannot be read or names what is no class.
  init(path: String, labels: Labels, classCount: Int, tolerance: Double, backendCount: Int) throws {
    let limit = AnnotationLimits.default.bytes
    let file = try MappedFile(path: path)
    guard file.count <= limit else {
      throw UsageError("\(path): has \(file.count) bytes; the limit is \(limit)")
    }
    let bytes = unsafe file.withBytes { unsafe Array($0) }
    annotations = try BoxAnnotations(json: bytes, path: path)
    leftOut = annotations.leftOut
    mapping = ClassMapping(
      categories: annotations.usedCategories, labels: labels.lines, classCount: classCount)
    try mapping.requireAll(path: path)
    settings = LocalizationSettings(pointingTolerance: tolerance)
    scores = Array(repeating: LocalizationScore(settings: settings), count: backendCount)
  }

  /// The pictures that the file lists, which lie beside it, or in the folders that it names.
  ///
  /// Of a name such as `images\\7.png` or `https://host/val/7.png`, leading folders may be those of
  /// another machine: the longest end of it that leads to a file counts.
  var pictures: [String] {
    let folder = FileName.folder(of: annotations.path)
    return annotations.pictures.map { picture in
      let name = FileName.text(Array(picture.fileName.utf8))
      guard !Self.exists(folder + name) else { return folder + name }
      let names = name.pathComponents
      return names.indices.lazy.map { folder + names[$0...].joined(separator: "/") }
        .first(where: Self.exists) ?? folder + name
    }
  }

  private static func exists(_ path: String) -> Bool { unsafe access(path.systemPath, F_OK) == 0 }

  /// The boxes of one picture, by class; empty if it has none.
  ///
  /// - Throws: `AnnotationError` if the picture is not the one that was annotated.
  mutating func boxes(of name: PictureName, _ picture: PreparedPicture) throws
    -> [AnnotatedPicture.ClassBoxes]
  {
    guard let annotated = try annotations.picture(at: name.path) else { return [] }
    let (width, height) = (picture.originalWidth, picture.originalHeight)
    leftOut.outside += annotated.countOutside(width: width, height: height)
    return try annotated.boxes(of: mapping, width: width, height: height)
  }

  /// Scores the maps of one picture.
  static func outcomes(
    _ boxes: [AnnotatedPicture.ClassBoxes], of name: PictureName, _ picture: PreparedPicture,
    _ preprocessing: Preprocessing, _ maps: [Int: ClassActivationMap], likeliest: Int?,
    settings: LocalizationSettings
  ) -> [LocalizationOutcome] {
    let scorer = MapScorer(settings: settings)
    let region =
      preprocessing.resize == .cover
      ? MapRegion(
        croppedFromWidth: picture.originalWidth, height: picture.originalHeight,
        toShapeOfWidth: picture.picture.width, height: picture.picture.height)
      : MapRegion(width: picture.originalWidth, height: picture.originalHeight)
    return boxes.compactMap { boxes in
      guard let map = maps[boxes.classIndex] else { return nil }
      let plane = Plane(width: map.width, height: map.height, values: map.values)
      return LocalizationOutcome(
        picture: name.path, classIndex: boxes.classIndex,
        score: scorer.score(plane, boxes: boxes.boxes, region: region), predictedClass: likeliest)
    }
  }

  /// Adds the outcomes of one picture, a list a backend.
  mutating func add(_ outcomes: [[LocalizationOutcome]]) {
    if outcomes.allSatisfy(\.isEmpty) { countWithout += 1 }
    for (index, list) in outcomes.enumerated() {
      for outcome in list { scores[index].add(outcome) }
    }
  }

  func report(backends: [String], labels: Labels) -> LocalizationReport {
    LocalizationReport(
      entries: zip(backends, scores).map { LocalizationReport.Entry(backend: $0, score: $1) },
      label: { labels.name($0) })
  }
}
