/// A picture in RGB.
///
/// Values are in [0, 1], 0 is black, and gamma is not defined: 8-bit samples are divided by
/// 255 and 16-bit samples by 65,535. They are kept as stored until they are used.
package struct Picture: Sendable {
  /// The number of columns.
  package let width: Int

  /// The number of rows.
  package let height: Int
  let samples: Samples

  /// A fault of the file that it was read from, although every pixel is present.
  ///
  /// The end of a sentence about the file; nil if there is none. Report it to the user.
  package internal(set) var flaw: String?

  init(width: Int, height: Int, samples: Samples) {
    self.width = width
    self.height = height
    self.samples = samples
  }

  /// Wraps values in [0, 1].
  ///
  /// `pixels` is `[height][width][red, green, blue]`, top row first.
  ///
  /// - Precondition: The sides are positive, and there are `3 * width * height` values.
  package init(width: Int, height: Int, pixels: [Double]) {
    precondition(width > 0 && height > 0, "a picture has pixels")
    precondition(pixels.count == 3 * width * height, "the values do not fill the picture")
    self.init(width: width, height: height, samples: .reals(pixels, maximum: 1))
  }

  /// The values in [0, 1]: `[height][width][red, green, blue]`, top row first.
  ///
  /// Each is the sample divided once. Computed again at each call, in 8 bytes per value.
  package var pixels: [Double] {
    let maximum = samples.maximum
    return samples.values.map { $0 / maximum }
  }
}

extension Picture {
  /// Reads a PNG or JPEG file.
  ///
  /// The content decides the format; an extension that names another one is an error, because one of the
  /// two is not what the user expects.
  ///
  /// - PNG: 1 to 16 bits, grey, palette, RGB, transparent, interlaced. Transparent pixels are put
  ///   over **white**; of an animation, the first picture is used.
  /// - JPEG: baseline and progressive, grey, RGB and YCC. CMYK and YCCK are refused. Samples equal
  ///   those of libjpeg's defaults (smooth chroma upsampling, slow integer transform).
  /// - Exif's orientation is applied, in JPEG and in PNG: the picture is upright, and its sides are
  ///   those of the upright picture.
  /// - Colour profiles and gamma are ignored.
  ///
  /// A picture is read as a whole or not at all: missing pixels, wrong checksums and guessed pixels are
  /// errors. A file whose pixels are all present, but not what should follow them, is read and has a
  /// ``flaw``.
  ///
  /// - Throws: ``ImageError``, which names the file and the cause in one line. A picture beyond
  ///   `limits` is refused by its header, before memory is allocated for it.
  package init(
    contentsOf path: String, limits: ImageLimits = .default
  ) throws(ImageError) {
    self = try Self.decode(ImageFile(path: path, limit: limits.bytes), limits: limits)
  }

  /// Decodes a PNG or JPEG file that is in memory.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: Its name in errors; its extension must not contradict the content.
  ///   - limits: The limits.
  /// - Throws: ``ImageError``, as ``init(contentsOf:limits:)`` does.
  package init(
    bytes: [UInt8], name: String, limits: ImageLimits = .default
  ) throws(ImageError) {
    guard !bytes.isEmpty else {
      throw ImageError(.empty, path: name, cause: "the file is empty")
    }
    guard bytes.count <= limits.bytes else {
      throw ImageError(
        .tooLarge, path: name, cause: "has \(bytes.count) bytes; the limit is \(limits.bytes)")
    }
    self = try Self.decode(ImageFile(path: name, bytes: bytes), limits: limits)
  }

  private static func decode(
    _ file: ImageFile, limits: ImageLimits
  ) throws(ImageError) -> Picture {
    let format = ImageFormat(bytes: file.bytes)
    guard format == .png || format == .jpeg else {
      let guess = format.map { "; it seems to be \($0.rawValue)" } ?? ""
      throw ImageError(
        .notAnImage, path: file.path, cause: "is not a PNG or JPEG picture\(guess)")
    }
    if let format, let expected = ImageFormat(extensionOf: file.path), expected != format {
      throw ImageError(
        .contradictsExtension, path: file.path,
        cause: "is a \(format.rawValue) file, but its name says \(expected.rawValue); rename it")
    }
    return format == .png
      ? try decodePNG(file, limits: limits) : try decodeJPEG(file, limits: limits)
  }
}
