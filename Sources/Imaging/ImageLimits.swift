/// Limits that are checked before any memory is spent.
package struct ImageLimits: Hashable, Sendable {
  /// The longest side, in pixels.
  package var side: Int

  /// The most pixels.
  package var pixels: Int

  /// The most bytes in the file.
  package var bytes: Int

  package init(side: Int, pixels: Int, bytes: Int) {
    self.side = side
    self.pixels = pixels
    self.bytes = bytes
  }

  /// 16,384 pixels per side, 100 million pixels, 1 GiB.
  ///
  /// Decoding holds 3 bytes per pixel in memory, 6 with 16 bits per sample, and at most 14 while
  /// transparency is resolved.
  package static let `default` = ImageLimits(side: 16_384, pixels: 100_000_000, bytes: 1 << 30)

  /// Whether a picture has a permitted size.
  package func allow(width: Int, height: Int) -> Bool {
    guard width > 0, height > 0, width <= side, height <= side else { return false }
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    return !overflow && area <= pixels
  }

  /// Accepts a size from a file's header, or throws.
  func check(width: Int, height: Int, path: String) throws(ImageError) {
    guard width > 0, height > 0 else {
      throw ImageError(.zeroSize, path: path, cause: "is \(width)×\(height) pixels: nothing to see")
    }
    guard allow(width: width, height: height) else {
      throw ImageError(
        .tooLarge, path: path,
        cause: "is \(width)×\(height) pixels; the limit is \(side) a side and \(pixels) in all")
    }
  }
}
