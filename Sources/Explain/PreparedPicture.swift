import Files
package import Imaging
package import Kernels
package import Net

/// A picture prepared for a network.
package struct PreparedPicture: Sendable {
  /// At the network's size; the map is drawn on it.
  package let picture: Picture

  /// The size of the file's picture when it is upright, in pixels.
  package let originalWidth: Int
  package let originalHeight: Int

  /// A fault of the file although every pixel was read; nil if there is none.
  package let flaw: String?

  /// `[1, 3, H, W]`.
  package let input: Tensor<Float>
}

/// The reason a picture cannot have the size that a network needs; names the picture in one line.
package struct PictureSizeError: ReportedError, Hashable {
  package let description: String

  init(_ description: String) { self.description = description }
}

extension Preprocessing {
  /// Reads a picture and prepares it.
  ///
  /// - Throws: ``ImageError`` if it cannot be read, ``PictureSizeError`` if its size does not fit.
  package func prepare(_ path: String) throws -> PreparedPicture {
    let original = try Picture(contentsOf: path)
    let (width, height) = try outputSize(of: original, path: path)
    let picture =
      switch resize {
      case .seed: original.resized(width: width, height: height)
      case .cover: original.covering(width: width, height: height)
      case .none: original
      }
    let values = picture.networkInput(
      channels: channels == .rgb ? .rgb : .bgr, scale: scale, mean: (mean[0], mean[1], mean[2]),
      std: (std[0], std[1], std[2]))
    return PreparedPicture(
      picture: picture, originalWidth: original.width, originalHeight: original.height,
      flaw: original.flaw,
      input: Tensor(
        shape: TensorShape(channels: 3, height: height, width: width), elements: values))
  }

  private func outputSize(of picture: Picture, path: String) throws(PictureSizeError)
    -> (width: Int, height: Int)
  {
    switch extent {
    case .fixed(let size):
      guard ImageLimits.default.allow(width: size.width, height: size.height) else {
        throw PictureSizeError("--size \(size.width)x\(size.height) is too large")
      }
      guard resize != .none || (picture.width == size.width && picture.height == size.height)
      else {
        throw PictureSizeError(
          "\(path): has \(picture.width)x\(picture.height) pixels, and --resize none wants "
            + "\(size.width)x\(size.height)")
      }
      return (size.width, size.height)
    case .fit:
      guard resize != .none else { return (picture.width, picture.height) }
      guard let size = Picture.fittedSize(width: picture.width, height: picture.height) else {
        throw PictureSizeError("\(path): is too large when its shorter side is 224")
      }
      return size
    }
  }
}
