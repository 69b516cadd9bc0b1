/// The boxes of some pictures, from a file in COCO's format, checked.
///
/// Boxes are clipped to their pictures. Annotations with `iscrowd` 1 outline groups and are left
/// out; ``ignoredCrowds`` counts them. ``picture(at:)`` finds what belongs to a file.
public struct BoxAnnotations: Hashable, Sendable {
  /// A kind of object.
  public struct Category: Hashable, Sendable {
    public let id: Int
    public let name: String
  }

  /// The file, as the caller named it.
  public let path: String

  /// In the file's order.
  public let categories: [Category]

  /// In the file's order.
  public let pictures: [AnnotatedPicture]

  /// The number of annotations that were left out because they outline a crowd.
  public let ignoredCrowds: Int

  /// The pictures that have a base name.
  private let byBaseName: [String: [Int]]

  /// Reads a file's bytes; linear in time and memory.
  ///
  /// - Parameters:
  ///   - json: The file. Whoever reads it should look at its size first; see ``AnnotationLimits``.
  ///   - path: Its name, for errors.
  ///   - limits: What is too large.
  /// - Throws: ``AnnotationError`` for what is not COCO's format; for ids and file names that occur
  ///   twice; for ids of no picture or category; for boxes with a number that is not finite,
  ///   without area, or outside of their picture.
  public init(
    json: [UInt8], path: String, limits: AnnotationLimits = .default
  ) throws(AnnotationError) {
    let file = try COCOFile.parse(json, path: path, limits: limits)
    let checker = AnnotationChecker(path: path, limits: limits)
    try checker.checkCounts(of: file)
    let imageIndices = try checker.indices(ofIDs: file.images.map(\.id), in: "images")
    let categoryIndices = try checker.indices(ofIDs: file.categories.map(\.id), in: "categories")
    _ = try checker.indices(ofIDs: file.annotations.map(\.id), in: "annotations")
    try checker.check(file.images)

    var objects = [[AnnotatedPicture.Object]](repeating: [], count: file.images.count)
    var crowds = 0
    for (index, annotation) in file.annotations.enumerated() {
      let place = "annotations[\(index)]"
      guard let image = imageIndices[annotation.imageID] else {
        throw AnnotationError(
          .unknownIdentifier, path: path, place: "\(place).image_id",
          cause: "\(annotation.imageID) is the id of no picture")
      }
      guard categoryIndices[annotation.categoryID] != nil else {
        throw AnnotationError(
          .unknownIdentifier, path: path, place: "\(place).category_id",
          cause: "\(annotation.categoryID) is the id of no category")
      }
      if annotation.isCrowd {
        crowds += 1
        continue
      }
      let box = try checker.box(annotation.box, in: file.images[image], place: "\(place).bbox")
      objects[image].append(
        AnnotatedPicture.Object(categoryID: annotation.categoryID, box: box))
    }
    self.path = path
    ignoredCrowds = crowds
    categories = file.categories.map { Category(id: $0.id, name: $0.name) }
    pictures = file.images.enumerated().map { index, image in
      AnnotatedPicture(
        fileName: image.fileName, width: image.width, height: image.height,
        objects: objects[index], source: path, index: index)
    }
    byBaseName = Dictionary(grouping: pictures.indices) { [pictures] index in
      String(pictures[index].fileName.pathComponents.last ?? "")
    }
  }

  /// The categories that have a box in some picture, in the file's order.
  public var usedCategories: [Category] {
    let used = Set(pictures.lazy.flatMap(\.objects).map(\.categoryID))
    return categories.filter { used.contains($0.id) }
  }

  /// The picture that a path leads to.
  ///
  /// Of the pictures with the path's base name, the one that shares most components with it,
  /// counted from the end: `val/7.png` of the file is meant by `/data/val/7.png` rather than
  /// `train/7.png`. A single one with the base name is meant in any case. Upper and lower case
  /// differ; `.` and empty components do not count.
  ///
  /// - Returns: Nil if the file has no picture of that name.
  /// - Throws: ``AnnotationError`` if several share as much.
  public func picture(at path: String) throws(AnnotationError) -> AnnotatedPicture? {
    let wanted = path.pathComponents
    guard let name = wanted.last, let candidates = byBaseName[String(name)] else { return nil }
    let shared = candidates.map { index in
      zip(wanted.reversed(), pictures[index].fileName.pathComponents.reversed())
        .prefix { $0 == $1 }.count
    }
    let most = shared.max() ?? 0
    let best = zip(candidates, shared).filter { $0.1 == most }.map(\.0)
    guard best.count == 1, let only = best.first else {
      throw AnnotationError(
        .ambiguousPicture, path: self.path,
        place: best.prefix(3).map { "images[\($0)]" }.joined(separator: ", "),
        cause: "\(path) may be any of these \(best.count) pictures")
    }
    return pictures[only]
  }
}

extension String {
  /// The names between the slashes, without `.` and empty ones.
  var pathComponents: [Substring] { split(separator: "/").filter { $0 != "." } }
}
