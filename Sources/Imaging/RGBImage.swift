/// A picture of 8 bits per channel, ready to be shown.
package struct RGBImage: Sendable, Hashable {
  /// The number of columns.
  package let width: Int

  /// The number of rows.
  package let height: Int

  /// `[height][width][red, green, blue]`, top row first.
  package var pixels: [UInt8] {
    didSet { precondition(pixels.count == oldValue.count, "the values do not fill the image") }
  }

  /// Wraps channel values.
  ///
  /// - Precondition: The sides are positive, and there are `3 * width * height` values.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "an image has pixels")
    precondition(pixels.count == 3 * width * height, "the values do not fill the image")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Rounds a picture to the nearest of 256 levels, halves up.
  ///
  /// 8-bit samples are unchanged.
  package init(_ picture: Picture) {
    if case .bytes(let samples) = picture.samples {
      self.init(width: picture.width, height: picture.height, pixels: samples)
    } else {
      let factor = 255 / picture.samples.maximum
      let values = picture.samples.values
      var pixels = [UInt8](repeating: 0, count: values.count)
      for index in values.indices { pixels[index] = byte(values[index] * factor) }
      self.init(width: picture.width, height: picture.height, pixels: pixels)
    }
  }
}

extension RGBImage {
  /// Shows a plane of values in [0, 1] as grey, rounded to the nearest of 256 levels, halves up.
  package init(_ plane: Plane) {
    self.init(
      width: plane.width, height: plane.height,
      pixels: plane.values.flatMap { value in
        let level = byte(255 * value)
        return [level, level, level]
      })
  }
}
