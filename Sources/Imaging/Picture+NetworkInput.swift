/// The order of a network's colour channels.
package enum ChannelOrder: String, Sendable, CaseIterable {
  /// Red, green, blue.
  case rgb

  /// Blue, green, red, as in networks that were trained with Caffe.
  case bgr
}

/// What a network subtracts from a value and divides it by, for its first, second and third channel.
package typealias PerChannel = (first: Double, second: Double, third: Double)

extension Picture {
  /// The picture as a network's input.
  ///
  /// Each value in [0, 1] is multiplied by `scale`, the channel's mean is subtracted and the difference
  /// divided by its standard deviation, in double precision; the result is rounded to single once.
  /// Means and deviations are in the **network's** channel order and in units of the scaled values.
  ///
  /// Samples are multiplied by `scale / 255` (or by 65535, for 16 bits), not divided and then
  /// multiplied. With the usual scale 255 that leaves them untouched, so that a sample equal to the
  /// mean gives exactly zero.
  ///
  /// - Returns: `[3][height][width]`.
  package func networkInput(
    channels: ChannelOrder = .rgb, scale: Double, mean: PerChannel = (0, 0, 0),
    std: PerChannel = (1, 1, 1)
  ) -> [Float] {
    let factor = scale / samples.maximum
    let values = samples.values
    let area = width * height
    var input = [Float](repeating: 0, count: 3 * area)
    let means = [mean.first, mean.second, mean.third]
    let deviations = [std.first, std.second, std.third]
    for channel in 0..<3 {
      var from = channels == .rgb ? channel : 2 - channel
      let (mean, deviation) = (means[channel], deviations[channel])
      for place in (channel * area)..<((channel + 1) * area) {
        input[place] = Float((values[from] * factor - mean) / deviation)
        from += 3
      }
    }
    return input
  }
}
