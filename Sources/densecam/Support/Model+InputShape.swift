import Kernels
import Net

extension Model {
  /// The shape of an input of the network without a picture.
  ///
  /// - Parameters:
  ///   - size: The value of `--size`; the network's own size if nil.
  ///   - batch: The images.
  /// - Returns: The shape.
  /// - Throws: ``UsageError`` if the size is not one, or has to come from a picture.
  func inputShape(size: String?, batch: Int = 1) throws -> TensorShape {
    var extent = inputExtent
    if let size {
      guard let value = Preprocessing.Extent(size) else {
        throw UsageError("--size \(size): give WIDTHxHEIGHT in pixels")
      }
      extent = value
    }
    guard case .fixed(let fixed) = extent else {
      throw UsageError("--size fit needs a picture; give WIDTHxHEIGHT")
    }
    let shape = TensorShape(
      batch: batch, channels: inputChannels, height: fixed.height, width: fixed.width)
    guard let count = shape.checkedCount, count <= 1 << 31 else {
      throw UsageError("an input of \(shape) is too large")
    }
    return shape
  }
}
