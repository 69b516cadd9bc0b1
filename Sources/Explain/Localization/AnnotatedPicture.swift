/// A picture of a ``BoxAnnotations`` file, with the objects in it.
package struct AnnotatedPicture: Hashable, Sendable {
  /// One object.
  package struct Object: Hashable, Sendable {
    package let categoryID: AnnotationID

    /// In pixels of the annotated size, inside of the picture if its size is known.
    package let box: BoundingBox
  }

  /// The sides of a picture, in pixels.
  package struct Size: Hashable, Sendable {
    package let width: Int
    package let height: Int
  }

  /// The boxes of one class of a network.
  package struct ClassBoxes: Hashable, Sendable {
    package let classIndex: Int

    /// In the file's order, at least one.
    package let boxes: [BoundingBox]
  }

  /// As given in the file; it may have folders.
  package let fileName: String

  /// The size that was annotated; nil if not in the file, and boxes are in pixels of the picture
  /// as it is.
  package let size: Size?

  /// In the file's order.
  package let objects: [Object]

  /// The file of the annotations, and the place in its list of pictures, for errors.
  let source: String
  let index: Int

  /// The boxes of each class that occurs, for a picture that may have been resized since.
  ///
  /// A picture of another size must have the shape of the annotated one: the shorter side is less than a
  /// pixel off the one that follows from the longer. Boxes are scaled to it.
  ///
  /// - Parameters:
  ///   - classes: The network's class of each category; categories without a class are left out.
  ///   - width: The columns of the picture that was read.
  ///   - height: Its rows.
  /// - Returns: Ordered by class; empty if no object has a class.
  /// - Throws: ``AnnotationError`` if the shape differs, as it does if the picture was turned.
  package func boxes(
    of classes: ClassMapping, width: Int, height: Int
  ) throws(AnnotationError) -> [ClassBoxes] {
    let scale = try scale(toWidth: width, height: height)
    var boxes: [Int: [BoundingBox]] = [:]
    for object in objects {
      guard let index = classes.indices[object.categoryID],
        let box = size == nil
          ? object.box.clipped(toWidth: width, height: height)
          : object.box.scaled(x: scale.x, y: scale.y)
      else { continue }
      boxes[index, default: []].append(box)
    }
    return boxes.sorted { $0.key < $1.key }.map { ClassBoxes(classIndex: $0.key, boxes: $0.value) }
  }

  /// Counts the boxes outside the picture, if the file does not give its size.
  ///
  /// - Parameters:
  ///   - width: The columns of the picture that was read.
  ///   - height: Its rows.
  /// - Returns: 0 if the file gives the size: then they have already been counted.
  package func countOutside(width: Int, height: Int) -> Int {
    guard size == nil else { return 0 }
    return objects.count { $0.box.clipped(toWidth: width, height: height) == nil }
  }

  private func scale(
    toWidth width: Int, height: Int
  ) throws(AnnotationError) -> (x: Double, y: Double) {
    guard let size else { return (1, 1) }
    let x = Double(width) / Double(size.width)
    let y = Double(height) / Double(size.height)
    // The longer side is the more exact, for its rounding is the smaller part of it.
    let isSameShape =
      size.width >= size.height
      ? abs(Double(size.height) * x - Double(height)) < 1
      : abs(Double(size.width) * y - Double(width)) < 1
    guard width > 0, height > 0, isSameShape else {
      throw AnnotationError(
        .sizeMismatch, path: source, place: "images[\(index)]",
        cause: "\(fileName) was annotated at \(size.width)×\(size.height) pixels, "
          + "but the picture has \(width)×\(height)")
    }
    return (x, y)
  }
}
