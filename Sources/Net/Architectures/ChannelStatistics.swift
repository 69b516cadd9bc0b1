import Kernels

/// The mean and the variance of each channel of a batch.
struct ChannelStatistics {
  let means: [Double]
  let variances: [Double]

  /// The number of pixels that the channels' common variance counts for.
  ///
  /// Where maps have few pixels, and similar ones, some channels hardly vary by chance. Dividing by
  /// such a variance would let the next picture overdrive the channel, so each variance is drawn
  /// towards the mean of all: much where pixels are few, hardly where they are many.
  private static let commonWeight = 16.0

  /// Computes the statistics over all images and pixels.
  ///
  /// Each channel is summed by one thread in one order, so the bits do not depend on the team.
  init(_ input: Tensor<Double>, team: WorkerTeam) {
    let shape = input.shape
    let count = Double(shape.batch * shape.planeCount)
    var sums = [(mean: Double, variance: Double)](repeating: (0, 0), count: shape.channels)
    unsafe input.elements.withUnsafeBufferPointer { elements in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        team.run(taskCount: shape.channels) { _, channel in
          var sum = 0.0
          for image in 0..<shape.batch {
            let first = (image * shape.channels + channel) * shape.planeCount
            for i in first..<(first + shape.planeCount) { unsafe sum += elements[i] }
          }
          let mean = sum / count
          var squares = 0.0
          for image in 0..<shape.batch {
            let first = (image * shape.channels + channel) * shape.planeCount
            for i in first..<(first + shape.planeCount) {
              let distance = unsafe elements[i] - mean
              squares += distance * distance
            }
          }
          unsafe sums[channel] = (mean, squares / count)
        }
      }
    }
    let common = sums.reduce(0) { $0 + $1.variance } / Double(shape.channels)
    means = sums.map(\.mean)
    variances = sums.map {
      (count * $0.variance + Self.commonWeight * common) / (count + Self.commonWeight)
    }
  }
}
