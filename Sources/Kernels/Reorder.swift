/// Copies feature maps from one layout to another.
public enum Reorder {
  /// Copies some channels of one image.
  ///
  /// Cost: one read and one write an element; lanes that belong to no channel stay as they are.
  ///
  /// - Parameters:
  ///   - source: Where to read.
  ///   - target: Where to write, of the same shape and not overlapping.
  ///   - image: The image of the batch.
  ///   - channels: Which channels to copy.
  @unsafe
  public static func copy(
    _ source: FeatureView, to target: MutableFeatureView, image: Int, channels: Range<Int>
  ) {
    let count = unsafe source.shape.planeCount
    let from = unsafe source.layout.blockWidth
    let to = unsafe target.layout.blockWidth
    for channel in channels {
      let read = unsafe source.plane(image, channel)
      let write = unsafe target.plane(image, channel)
      if from == 1, to == 1 {
        unsafe write.update(from: read, count: count)
      } else {
        for pixel in 0..<count { unsafe write[pixel &* to] = read[pixel &* from] }
      }
    }
  }
}
