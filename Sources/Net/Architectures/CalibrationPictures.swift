import Kernels

/// Synthetic pictures: coloured clouds with structure at every scale, on which the
/// statistics of seeded weights are calibrated.
///
/// Octaves of noise are added, each twice as coarse as the one before and half as strong again.
/// Photographs have that ratio: differences between neighbouring patches grow with the patches. It
/// matters: on pictures that are too rough, a network's later layers see less variation than
/// photographs bring, and photographs then overdrive it.
enum CalibrationPictures {
  /// The fewest pixels, over all pictures, that the last maps of a network have.
  private static let leastPixels = 49

  /// How much stronger each octave is than the next finer one.
  private static let growth = 1.5

  /// The share of colour in the noise.
  private static let chroma = 0.4

  /// The standard deviation of a picture's values.
  private static let contrast = 70.0

  /// Pictures of the size that a network is meant for, with values in 0...256.
  ///
  /// At 224 pixels one picture is enough. Smaller ones come in greater number, so that statistics over
  /// the last maps rest on as many pixels; enlarging them instead would reduce the zeros that the
  /// convolutions see at the borders.
  ///
  /// - Parameters:
  ///   - seed: The seed of the weights.
  ///   - shape: The shape of one picture.
  ///   - lastPixels: The pixels of the network's last maps at that size.
  /// - Returns: As many pictures as are needed.
  static func batch(seed: UInt64, shape: TensorShape, lastPixels: Int) -> Tensor<Double> {
    let count = (leastPixels + lastPixels - 1) / lastPixels
    var elements: [Double] = []
    for index in 0..<count {
      // Dark and bright pictures, alternating.
      let brightness = 130 + 40 * (Double(2 * index + 1) / Double(count) - 1)
      elements += picture(
        seed: seed, name: "picture \(index)", shape: shape, brightness: brightness)
    }
    var batch = shape
    batch.batch = count
    return Tensor(shape: batch, elements: elements)
  }

  private static func picture(
    seed: UInt64, name: String, shape: TensorShape, brightness: Double
  ) -> [Double] {
    let light = clouds(seed: seed, name: name, shape: shape)
    var picture: [Double] = []
    for channel in 0..<shape.channels {
      let colour = clouds(seed: seed, name: "\(name) channel \(channel)", shape: shape)
      for i in light.indices { picture.append(light[i] + chroma * colour[i]) }
    }
    let count = Double(picture.count)
    let mean = picture.reduce(0, +) / count
    let variance = picture.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let factor = contrast / variance.squareRoot()
    return picture.map { min(256, max(0, brightness + factor * ($0 - mean))) }
  }

  /// One map of noise: octaves of random values on a grid, bilinear in between.
  private static func clouds(seed: UInt64, name: String, shape: TensorShape) -> [Double] {
    let (height, width) = (shape.height, shape.width)
    // The grid is square, whatever the picture's shape.
    let size = max(height, width)
    var sum = [Double](repeating: 0, count: height * width)
    var cell = 1
    var strength = 1.0
    while 2 * cell <= size {
      let columns = (size - 1) / cell + 2
      let grid = RandomStream(seed: seed, name: "\(name) octave \(cell)")
        .uniform(columns * columns)
      for y in 0..<height {
        let (row, below) = y.quotientAndRemainder(dividingBy: cell)
        let v = Double(below) / Double(cell)
        for x in 0..<width {
          let (column, right) = x.quotientAndRemainder(dividingBy: cell)
          let u = Double(right) / Double(cell)
          let corner = row * columns + column
          let top = grid[corner] * (1 - u) + grid[corner + 1] * u
          let bottom = grid[corner + columns] * (1 - u) + grid[corner + columns + 1] * u
          sum[y * width + x] += strength * (top * (1 - v) + bottom * v)
        }
      }
      cell *= 2
      strength *= growth
    }
    return sum
  }
}
