/// Copies feature maps from one layout to another.
public enum Reorder {
  /// Copies some channels of one image.
  ///
  /// Cost: one read and one write per element. The lanes of the target's last block that belong to no
  /// channel are set to zero together with its last channel.
  ///
  /// - Parameters:
  ///   - source: Where to read.
  ///   - target: Where to write, with maps of the same size and not overlapping.
  ///   - image: The image of the batch.
  ///   - channels: Which channels to copy.
  ///   - first: The channel of the target that the first of them becomes; the same unless given.
  @unsafe
  public static func copy(
    _ source: FeatureView, to target: MutableFeatureView, image: Int, channels: Range<Int>,
    at first: Int? = nil
  ) {
    let offset = (first ?? channels.lowerBound) - channels.lowerBound
    let count = unsafe source.shape.planeCount
    let from = unsafe source.layout.blockWidth
    let to = unsafe target.layout.blockWidth
    for channel in channels {
      let read = unsafe source.plane(image, channel)
      let write = unsafe target.plane(image, channel + offset)
      if from == 1, to == 1 {
        unsafe write.update(from: read, count: count)
      } else {
        for pixel in 0..<count { unsafe write[pixel &* to] = read[pixel &* from] }
      }
    }
    let end = unsafe target.shape.channels
    guard channels.upperBound + offset == end else { return }
    for lane in unsafe end..<target.layout.storedChannels(end) {
      let write = unsafe target.plane(image, lane)
      for pixel in 0..<count { unsafe write[pixel &* to] = 0 }
    }
  }
}
