/// The statistics of a list of samples.
///
/// Everything is in the samples' unit except ``variation`` and ``count``.
package struct Statistics: Hashable, Sendable, Codable {
  package let count: Int
  package let minimum: Double

  /// The quantile at 1/2.
  package let median: Double
  package let mean: Double

  /// The standard deviation of the population that the samples are drawn from (divisor n − 1); 0 for
  /// a single sample.
  package let standardDeviation: Double

  /// The 90th, the 99th and the 99.9th percentile: the quantiles at 0.90, 0.99 and 0.999.
  package let p90: Double
  package let p99: Double
  package let p999: Double

  /// The samples that are further above the third quartile than three times the distance of the quartiles.
  ///
  /// Tukey, "Exploratory Data Analysis" (1977), calls them far out. They are counted, and stay in all other numbers.
  package let outlierCount: Int

  /// Where the median of all that could have been sampled lies, with a confidence of at least 95 %; the whole
  /// range for a few samples.
  ///
  /// No distribution is assumed: the number of independent samples below the median is binomial, and its interval of
  /// 1.96 standard deviations gives two ranks (Conover, "Practical Nonparametric Statistics", section 3.2).
  package let medianInterval: ClosedRange<Double>

  /// The coefficient of variation: ``standardDeviation`` over ``mean``.
  package var variation: Double { mean == 0 ? 0 : standardDeviation / mean }

  /// - Returns: Nil if there are no samples.
  package init?(_ samples: [Double]) {
    guard !samples.isEmpty else { return nil }
    let sorted = samples.sorted()
    count = sorted.count
    minimum = sorted[0]
    median = Self.quantile(0.5, ofSorted: sorted)
    p90 = Self.quantile(0.9, ofSorted: sorted)
    p99 = Self.quantile(0.99, ofSorted: sorted)
    p999 = Self.quantile(0.999, ofSorted: sorted)
    let quartiles = (
      Self.quantile(0.25, ofSorted: sorted), Self.quantile(0.75, ofSorted: sorted)
    )
    let fence = quartiles.1 + 3 * (quartiles.1 - quartiles.0)
    outlierCount = sorted.count { $0 > fence }
    let half = 1.96 * Double(count).squareRoot() / 2
    let lower = max(0, Int((Double(count) / 2 - half).rounded(.down)))
    let upper = min(count - 1, Int((Double(count) / 2 + half).rounded(.up)))
    medianInterval = sorted[lower]...sorted[upper]
    let mean = sorted.reduce(0, +) / Double(count)
    self.mean = mean
    let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardDeviation = count > 1 ? (squares / Double(count - 1)).squareRoot() : 0
  }

  /// - Returns: Nil if there are no samples.
  package init?(_ samples: [Int]) { self.init(samples.map(Double.init)) }

  /// The rate of so many operations in the shortest of times in nanoseconds, in GFLOP/s; nil where nothing
  /// is credited.
  ///
  /// Billions of operations a second are operations a nanosecond.
  package func rate(of operations: Int) -> Double? {
    operations > 0 && minimum > 0 ? Double(operations) / minimum : nil
  }

  /// The value below which a share of the samples lies, interpolated between neighbours.
  ///
  /// Definition 7 of Hyndman & Fan, "Sample Quantiles in Statistical Packages" (1996): the sorted
  /// samples are at the shares 0, 1/(n−1), …, 1 and what is between two is on the line through both.
  /// NumPy and R do the same by default.
  ///
  /// - Precondition: There are samples, sorted, and `share` is in 0...1.
  static func quantile(_ share: Double, ofSorted samples: [Double]) -> Double {
    precondition(!samples.isEmpty && (0...1).contains(share), "there is no such quantile")
    let place = share * Double(samples.count - 1)
    let lower = Int(place)
    guard lower + 1 < samples.count else { return samples[samples.count - 1] }
    return samples[lower] + (samples[lower + 1] - samples[lower]) * (place - Double(lower))
  }
}
