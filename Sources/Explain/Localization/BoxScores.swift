import Files
import Glibc

/// Boxes that the maps of a run are compared with, and the scores of each backend.
///
/// Memory: that of a ``LocalizationScore`` for each backend.
package final class BoxScores {
  package let annotations: BoxAnnotations
  package let mapping: ClassMapping
  package let settings: LocalizationSettings

  /// The scores of the maps so far, one per backend.
  package private(set) var scores: [LocalizationScore]

  /// Pictures without a box of a class of the network.
  package private(set) var countWithout = 0

  /// Annotations that name no box to score.
  package private(set) var leftOut: LeftOutAnnotations

  /// Reads a file of boxes.
  ///
  /// - Parameters:
  ///   - path: The file, in COCO's format.
  ///   - labels: The names of the network's classes.
  ///   - classCount: The number of classes.
  ///   - tolerance: See ``LocalizationSettings/pointingTolerance``.
  ///   - backendCount: The number of backends.
  /// - Throws: ``AnnotationError`` if it holds no boxes or names unknown classes, `FileError` if it
  ///   cannot be read or is too large.
  package init(
    path: String, labels: Labels, classCount: Int, tolerance: Double, backendCount: Int
  ) throws {
    let limit = AnnotationLimits.default.bytes
    let file = try MappedFile(path: path)
    guard file.count <= limit else {
      throw FileError(path: path, cause: "has \(file.count) bytes; the limit is \(limit)")
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

  /// The pictures that the file lists, which are next to it, or in the folders that it names.
  ///
  /// Of a name such as `images\\7.png` or `https://host/val/7.png`, leading folders may be those of
  /// another machine: the longest end of it that leads to a file counts.
  package var pictures: [String] {
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

  /// Looks up the boxes of one picture, and counts those outside it.
  ///
  /// - Parameters:
  ///   - name: The picture's name.
  ///   - picture: The picture.
  /// - Returns: The boxes by class; none if the file has none.
  /// - Throws: ``AnnotationError`` if the picture is not the one that was annotated.
  func boxes(
    of name: PictureName, _ picture: PreparedPicture
  ) throws -> [AnnotatedPicture.ClassBoxes] {
    guard let annotated = try annotations.picture(at: name.path) else { return [] }
    let (width, height) = (picture.originalWidth, picture.originalHeight)
    leftOut.outside += annotated.countOutside(width: width, height: height)
    return try annotated.boxes(of: mapping, width: width, height: height)
  }

  /// The sink that adds up the scores of a run.
  ///
  /// - Returns: A sink that throws nothing.
  package func sink<Row, Drawing>() -> ResultSink<Row, Drawing> {
    ResultSink(take: { self.add($0.outcomes) })
  }

  /// Adds the outcomes of one picture, one list per backend.
  private func add(_ outcomes: [[LocalizationOutcome]]) {
    if outcomes.allSatisfy(\.isEmpty) { countWithout += 1 }
    for (index, list) in outcomes.enumerated() {
      for outcome in list { scores[index].add(outcome) }
    }
  }
}
