import Imaging
import Kernels
import Net

/// A picture on its way into a network.
struct PreparedPicture {
  /// At the network's size; the overlay is drawn on it.
  let picture: Picture

  /// `[1, 3, H, W]`.
  let input: Tensor<Float>
}

extension Preprocessing {
  /// Reads a picture and prepares it.
  ///
  /// - Throws: `ImageError`, or ``UsageError`` if the size does not fit.
  func prepare(_ path: String) throws -> PreparedPicture {
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
      picture: picture,
      input: Tensor(
        shape: TensorShape(channels: 3, height: height, width: width), elements: values))
  }

  private func outputSize(of picture: Picture, path: String) throws -> (width: Int, height: Int) {
    switch extent {
    case .fixed(let size):
      guard ImageLimits.default.allow(width: size.width, height: size.height) else {
        throw UsageError("--size \(size.width)x\(size.height) is too large")
      }
      guard resize != .none || (picture.width == size.width && picture.height == size.height)
      else {
        throw UsageError(
          "\(path): has \(picture.width)x\(picture.height) pixels, and --resize none wants "
            + "\(size.width)x\(size.height)")
      }
      return (size.width, size.height)
    case .fit:
      guard resize != .none else { return (picture.width, picture.height) }
      guard let size = Picture.fittedSize(width: picture.width, height: picture.height) else {
        throw UsageError("\(path): is too large when its shorter side is 224")
      }
      return size
    }
  }
}
