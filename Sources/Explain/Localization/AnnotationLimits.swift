/// Limits on a file of boxes, checked before much memory is spent on it.
package struct AnnotationLimits: Hashable, Sendable {
  /// The most bytes of the file; reading takes some ten times as much memory.
  package var bytes: Int

  /// The most entries in each of the lists `images`, `annotations` and `categories`.
  package var entries: Int

  /// The longest side of a picture, in pixels; at most a million.
  package var side: Int

  package init(bytes: Int, entries: Int, side: Int) {
    self.bytes = bytes
    self.entries = entries
    self.side = side
  }

  /// 128 MiB, a million entries per list, 100,000 pixels per side.
  ///
  /// COCO's validation set (20 MB) passes. Its training set (450 MB, most of it outlines) does not;
  /// take a part of it, or leave out `segmentation`.
  package static let `default` = AnnotationLimits(
    bytes: 128 << 20, entries: 1_000_000, side: 100_000)
}
