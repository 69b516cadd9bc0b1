import Glibc

/// Where a sequence of times changes its level.
///
/// The split that separates the means most is a change if so large a distance is unlikely by chance, whichever split
/// had been looked at (Bonferroni); both parts are then looked at in the same way (binary segmentation: Scott & Knott,
/// "A cluster analysis method for grouping means", Biometrics 30, 1974). Logarithms are compared, as times scatter in
/// proportion. How much they scatter is told by neighbours, of which few have a change between them: half of their
/// distances are below 0.954 standard deviations if they are normal.
package enum ChangePoints {
  /// The probability of a change where there is none.
  private static let falseAlarms = 0.01

  /// The relative difference below which a change is of no interest.
  private static let leastChange = 0.01

  /// Finds the changes.
  ///
  /// - Parameter times: Positive, in order.
  /// - Returns: The places of the first values of new levels, in order.
  package static func find(in times: [Double]) -> [Int] {
    let values = times.map { log(max(.leastNonzeroMagnitude, $0)) }
    let distances = zip(values, values.dropFirst()).map { ($0 - $1).magnitude }.sorted()
    guard !distances.isEmpty else { return [] }
    let scatter = Statistics.quantile(0.5, ofSorted: distances) / 0.954
    return changes(values, 0..<values.count, scatter).sorted()
  }

  private static func changes(_ values: [Double], _ range: Range<Int>, _ scatter: Double) -> [Int] {
    // Two on each side and one more, so that neighbours tell something.
    guard range.count >= 5 else { return [] }
    var best = (place: 0, difference: 0.0, weight: 0.0)
    for place in (range.lowerBound + 2)...(range.upperBound - 2) {
      let (before, after) = (values[range.lowerBound..<place], values[place..<range.upperBound])
      let means = [before, after].map { $0.reduce(0, +) / Double($0.count) }
      let weight = (1 / (1 / Double(before.count) + 1 / Double(after.count))).squareRoot()
      let difference = (means[1] - means[0]).magnitude
      if difference * weight > best.difference * best.weight { best = (place, difference, weight) }
    }
    guard best.difference > log1p(leastChange) else { return [] }
    let distribution = StudentDistribution(degreesOfFreedom: Double(values.count - 2))
    let probability =
      scatter > 0
      ? distribution.twoSidedProbability(best.difference * best.weight / scatter) : 0
    guard probability * Double(range.count - 3) < falseAlarms else { return [] }
    return [best.place] + changes(values, range.lowerBound..<best.place, scatter)
      + changes(values, best.place..<range.upperBound, scatter)
  }
}
