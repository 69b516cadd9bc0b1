/// One channel: a class activation map, or the brightness of a picture.
package struct Plane: Sendable, Hashable {
  /// The number of columns.
  package let width: Int

  /// The number of rows.
  package let height: Int

  /// `[height][width]`, top row first.
  package let values: [Double]

  /// Wraps values.
  ///
  /// - Precondition: The sides are positive, and there are `width * height` values.
  package init(width: Int, height: Int, values: [Double]) {
    precondition(width > 0 && height > 0, "a plane has elements")
    precondition(values.count == width * height, "the values do not fill the plane")
    self.width = width
    self.height = height
    self.values = values
  }

  /// Stretches the values to [0, 1]: (v − min) / (max − min).
  ///
  /// - Returns: Nil if it cannot be stretched: all values are equal, or one is not finite.
  package func normalized() -> Plane? {
    // NaN compares neither less nor greater, so min and max alone would miss it.
    guard values.allSatisfy(\.isFinite), let least = values.min(), let most = values.max() else {
      return nil
    }
    let range = most - least
    guard range > 0, range.isFinite else { return nil }
    return Plane(width: width, height: height, values: values.map { ($0 - least) / range })
  }
}

extension Picture {
  /// The brightness .3·red + .59·green + .11·blue, in [0, 1].
  package var luma: Plane {
    let values = samples.values
    let maximum = samples.maximum
    var luma = [Double](repeating: 0, count: width * height)
    for pixel in luma.indices {
      let red = values[3 * pixel] / maximum
      let green = values[3 * pixel + 1] / maximum
      let blue = values[3 * pixel + 2] / maximum
      luma[pixel] = 0.3 * red + 0.59 * green + 0.11 * blue
    }
    return Plane(width: width, height: height, values: luma)
  }
}
