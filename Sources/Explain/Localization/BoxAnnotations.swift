/// The boxes of some pictures, from a file in COCO's format, checked.
///
/// Boxes are clipped to their pictures. Annotations that name no box to score are left out, and
/// ``leftOut`` counts them. ``picture(at:)`` finds what belongs to a file.
package struct BoxAnnotations: Hashable, Sendable {
  /// A kind of object.
  package struct Category: Hashable, Sendable {
    package let id: AnnotationID
    package let name: String
  }

  /// The file, as the caller named it.
  package let path: String

  /// In the file's order.
  package let categories: [Category]

  /// In the file's order.
  package let pictures: [AnnotatedPicture]

  /// The annotations that were left out.
  ///
  /// Boxes outside a picture whose size is not in the file are not among them; see
  /// ``AnnotatedPicture/countOutside(width:height:)``.
  package let leftOut: LeftOutAnnotations

  /// The pictures that have a base name.
  private let byBaseName: [String: [Int]]

  /// Reads a file's bytes; linear in time and memory.
  ///
  /// - Parameters:
  ///   - json: The file. The caller should check its size first; see ``AnnotationLimits``.
  ///   - path: Its name, for errors.
  ///   - limits: The limits.
  /// - Throws: ``AnnotationError`` for what is not in COCO's format; for file names and ids of pictures
  ///   and categories that occur twice; for ids without a category; for boxes with a number that is not
  ///   finite.
  package init(
    json: [UInt8], path: String, limits: AnnotationLimits = .default
  ) throws(AnnotationError) {
    let file = try COCOFile.parse(json, path: path, limits: limits)
    let checker = AnnotationChecker(path: path, limits: limits)
    try checker.checkCounts(of: file)
    let imageIndices = try checker.indices(ofIDs: file.images.map(\.id), in: "images")
    let categoryIndices = try checker.indices(ofIDs: file.categories.map(\.id), in: "categories")
    try checker.check(file.images)

    var objects = [[AnnotatedPicture.Object]](repeating: [], count: file.images.count)
    var leftOut = LeftOutAnnotations()
    for (index, annotation) in file.annotations.enumerated() {
      let place = "annotations[\(index)]"
      guard let image = annotation.imageID.flatMap({ imageIndices[$0] }) else {
        leftOut.withoutPicture += 1
        continue
      }
      guard !annotation.isCrowd else {
        leftOut.crowds += 1
        continue
      }
      guard let numbers = annotation.box, !numbers.isEmpty else {
        leftOut.withoutBox += 1
        continue
      }
      guard let categoryID = annotation.categoryID else {
        leftOut.withoutCategory += 1
        continue
      }
      guard categoryIndices[categoryID] != nil else {
        throw AnnotationError(
          .unknownIdentifier, path: path, place: "\(place).category_id",
          cause: "\(categoryID) is not the id of a category")
      }
      let box = try checker.box(
        numbers, in: file.images[image], place: "\(place).bbox", leftOut: &leftOut)
      if let box {
        objects[image].append(AnnotatedPicture.Object(categoryID: categoryID, box: box))
      }
    }
    self.path = path
    self.leftOut = leftOut
    categories = file.categories.map { Category(id: $0.id, name: $0.name) }
    pictures = file.images.enumerated().map { index, image in
      AnnotatedPicture(
        fileName: image.fileName, size: image.size, objects: objects[index], source: path,
        index: index)
    }
    byBaseName = Dictionary(grouping: pictures.indices) { [pictures] index in
      String(pictures[index].fileName.pathComponents.last ?? "")
    }
  }

  /// The categories that have a box in some picture, in the file's order.
  package var usedCategories: [Category] {
    let used = Set(pictures.lazy.flatMap(\.objects).map(\.categoryID))
    return categories.filter { used.contains($0.id) }
  }

  /// The picture that a path leads to.
  ///
  /// Of the pictures with the path's base name, the one that shares most components with it,
  /// counted from the end: for `/data/val/7.png`, `val/7.png` of the file rather than `train/7.png`.
  /// A single one with the base name is meant in any case. Upper and lower case differ; `.` and empty
  /// components do not count, and a backslash counts as a slash.
  ///
  /// - Returns: Nil if the file has no picture of that name.
  /// - Throws: ``AnnotationError`` if several share as much.
  package func picture(at path: String) throws(AnnotationError) -> AnnotatedPicture? {
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
  /// The names between the slashes, or the backslashes of Windows, without `.` and empty ones.
  package var pathComponents: [Substring] {
    split { $0 == "/" || $0 == "\\" }.filter { $0 != "." }
  }
}
