import Testing

@testable import Bench

/// Values from NumPy 2.4: `min`, `median`, `mean`, `std(ddof=1)`, `percentile(90)`, `percentile(99)`.
@Suite struct StatisticsTests {
  static let cases: [([Double], [Double])] = [
    ([3, 1, 2], [1, 2, 2, 1, 2.8, 2.98]),
    (
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10.5],
      [1, 5.5, 5.55, 3.113144176980351, 9.15, 10.365]
    ),
    (
      [20.1, 20.4, 19.9, 35.2, 20.0, 20.2, 20.3],
      [19.9, 20.2, 22.3, 5.690928453834811, 26.320000000000004, 34.312]
    ),
  ]

  @Test(arguments: cases) func `equal to NumPy's`(samples: [Double], expected: [Double]) throws {
    let statistics = try #require(Statistics(samples))
    let actual = [
      statistics.minimum, statistics.median, statistics.mean, statistics.standardDeviation,
      statistics.p90, statistics.p99,
    ]
    for (a, b) in zip(actual, expected) { #expect((a - b).magnitude <= 1e-13 * b.magnitude) }
    #expect(statistics.count == samples.count)
    #expect(statistics.variation == statistics.standardDeviation / statistics.mean)
  }

  @Test func `a single sample has no spread`() throws {
    let statistics = try #require(Statistics([7.5]))
    #expect(statistics.median == 7.5)
    #expect(statistics.p99 == 7.5)
    #expect(statistics.standardDeviation == 0)
  }

  @Test func `no samples, no statistics`() {
    #expect(Statistics([Double]()) == nil)
    #expect(Statistics([Int]()) == nil)
  }

  @Test func `zeros have no variation`() throws {
    #expect(try #require(Statistics([0, 0, 0])).variation == 0)
  }
}
