/// The rules for the entries of a COCO file.
struct AnnotationChecker {
  let path: String
  let limits: AnnotationLimits

  func checkCounts(of file: COCOFile) throws(AnnotationError) {
    for (name, count) in [
      ("images", file.images.count), ("annotations", file.annotations.count),
      ("categories", file.categories.count),
    ] where count > limits.entries {
      throw AnnotationError(
        .tooLarge, path: path, place: name,
        cause: "has \(count) entries; the limit is \(limits.entries)")
    }
  }

  /// The index of each id.
  func indices(
    ofIDs ids: [AnnotationID?], in list: String
  ) throws(AnnotationError) -> [AnnotationID: Int] {
    var indices: [AnnotationID: Int] = [:]
    indices.reserveCapacity(ids.count)
    for (index, id) in ids.enumerated() {
      guard let id else { continue }
      if let earlier = indices.updateValue(index, forKey: id) {
        throw AnnotationError(
          .duplicate, path: path, place: "\(list)[\(index)].id",
          cause: "\(id) is the id of \(list)[\(earlier)], too")
      }
    }
    return indices
  }

  func check(_ images: [COCOFile.Image]) throws(AnnotationError) {
    var indices: [[Substring]: Int] = [:]
    for (index, image) in images.enumerated() {
      let place = "images[\(index)]"
      for (key, side) in [("width", image.width), ("height", image.height)] {
        if let side, side > limits.side {
          throw AnnotationError(
            .tooLarge, path: path, place: "\(place).\(key)",
            cause: "is \(side); pictures have 1 to \(limits.side) pixels a side")
        }
      }
      let name = image.fileName.pathComponents
      guard !name.isEmpty else {
        throw AnnotationError(
          .malformed, path: path, place: "\(place).file_name", cause: "names no file")
      }
      if let earlier = indices.updateValue(index, forKey: name) {
        throw AnnotationError(
          .duplicate, path: path, place: "\(place).file_name",
          cause: "\(image.fileName) is the name of images[\(earlier)], too")
      }
    }
  }

  /// A box, clipped to its picture, or to the largest one if its picture's size is not known.
  ///
  /// - Parameters:
  ///   - numbers: As given in the file.
  ///   - image: Its picture.
  ///   - place: Their place, for errors.
  ///   - leftOut: Counts boxes that are left out.
  /// - Returns: Nil if nothing of it is in the picture.
  /// - Throws: ``AnnotationError`` for what is not four finite numbers.
  func box(
    _ numbers: [Double], in image: COCOFile.Image, place: String,
    leftOut: inout LeftOutAnnotations
  ) throws(AnnotationError) -> BoundingBox? {
    guard numbers.count == 4 else {
      throw AnnotationError(
        .malformed, path: path, place: place,
        cause: "has \(numbers.count) numbers instead of x, y, width and height")
    }
    guard numbers.allSatisfy(\.isFinite) else {
      throw AnnotationError(
        .malformed, path: path, place: place, cause: "has a number that is not finite")
    }
    guard numbers[2] > 0, numbers[3] > 0 else {
      leftOut.withoutArea += 1
      return nil
    }
    let size = image.size ?? AnnotatedPicture.Size(width: limits.side, height: limits.side)
    // Edges, rather than a box, as there is no box with edges far outside.
    let box = BoundingBox(
      left: max(numbers[0], 0), top: max(numbers[1], 0),
      right: min(numbers[0] + numbers[2], Double(size.width)),
      bottom: min(numbers[1] + numbers[3], Double(size.height)))
    if box == nil { leftOut.outside += 1 }
    return box
  }
}

extension COCOFile.Image {
  /// Nil unless both sides are known.
  var size: AnnotatedPicture.Size? {
    guard let width, let height else { return nil }
    return AnnotatedPicture.Size(width: width, height: height)
  }
}
