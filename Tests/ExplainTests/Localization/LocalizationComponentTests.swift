import Testing

@testable import Explain

/// The components of a growing set against those that a flood fill finds at each threshold anew.
@Suite struct LocalizationComponentTests {
  typealias Component = ComponentSweep.Component
  typealias Connectivity = LocalizationSettings.Connectivity

  struct Map: CustomTestStringConvertible, Sendable {
    var width: Int
    var height: Int
    var levels: Int
    var seed: UInt64

    var testDescription: String { "\(width)×\(height), \(levels) levels, seed \(seed)" }

    /// Few levels give large components, many give small ones that merge.
    func drawn() -> [Int32] {
      var generator = Seeded(seed: seed)
      return (0..<width * height).map { _ in Int32.random(in: -1..<Int32(levels), using: &generator)
      }
    }
  }

  static let maps = [
    (1, 1, 1), (1, 9, 2), (13, 1, 3), (2, 2, 2), (16, 16, 1), (16, 16, 2), (16, 16, 5),
    (31, 17, 101), (17, 40, 11), (64, 48, 7),
  ].enumerated().map {
    Map(width: $1.0, height: $1.1, levels: $1.2, seed: UInt64($0))
  }

  @Test(arguments: maps, Connectivity.allCases)
  func sweepFindsWhatAFloodFillFinds(_ map: Map, _ connectivity: Connectivity) throws {
    let values = map.drawn()
    let levels = ThresholdLevels(levels: values, count: map.levels)
    var sweep = ComponentSweep(width: map.width, height: map.height, connectivity: connectivity)
    for level in (0..<map.levels).reversed() {
      for pixel in levels[level] { sweep.insert(Int(pixel)) }
      let expected = flood(
        values.map { $0 >= level }, width: map.width, connectivity: connectivity)
      var found: [Component] = []
      sweep.forEachComponent { found.append($0) }
      // One level that is wrong says enough.
      try #require(found.sorted { $0.first < $1.first } == expected, "level \(level)")
      // Strictly more pixels, so that the first of several stays.
      var largest: Component?
      for component in expected where component.count > largest?.count ?? 0 { largest = component }
      #expect(sweep.largest == largest, "level \(level)")
    }
  }

  @Test func diagonalNeighbours() {
    for (connectivity, count) in [(Connectivity.four, 2), (.eight, 1)] {
      for pixels in [[0, 3], [3, 0], [1, 2], [2, 1]] {
        var sweep = ComponentSweep(width: 2, height: 2, connectivity: connectivity)
        for pixel in pixels { sweep.insert(pixel) }
        var found = 0
        sweep.forEachComponent { _ in found += 1 }
        #expect(found == count)
      }
    }
  }

  /// The last pixel of a row does not touch the first of the next.
  @Test func rowsDoNotWrap() {
    var sweep = ComponentSweep(width: 3, height: 2, connectivity: .eight)
    sweep.insert(2)
    sweep.insert(3)
    #expect(sweep.largest == Component(count: 1, first: 2, columns: 2..<3, rows: 0..<1))
  }

  @Test func levels() {
    let levels = ThresholdLevels(normalized: [0, 0.3, 0.29999, 1, 0.7, 0.1 + 0.2], steps: 10)
    #expect(levels.count == 11)
    #expect(levels[0] == [0])
    #expect(levels[2] == [2])
    #expect(levels[3] == [1, 5])
    #expect(levels[7] == [4])
    #expect(levels[10] == [3])
    #expect(levels[5].isEmpty)
  }

  @Test func everyThresholdIsReachedByItself() {
    for steps in [1, 3, 10, 49, 100, 1000] {
      let thresholds = LocalizationSettings(thresholdSteps: steps).thresholds
      let levels = ThresholdLevels(normalized: thresholds, steps: steps)
      for level in 0...steps { #expect(levels[level] == [Int32(level)]) }
    }
  }

  @Test func aboveIsStrict() {
    #expect(ThresholdLevels([0.2, 0.1, 0.2.nextUp, 1], above: 0.2)[0] == [2, 3])
    #expect(ThresholdLevels([0.2, 0.1], above: 0.2)[0].isEmpty)
  }

  /// Components by their first pixels.
  private func flood(_ mask: [Bool], width: Int, connectivity: Connectivity) -> [Component] {
    var left = mask
    var components: [Component] = []
    for first in mask.indices where left[first] {
      var stack = [first]
      left[first] = false
      var pixels: [Int] = []
      while let pixel = stack.popLast() {
        pixels.append(pixel)
        let (y, x) = (pixel / width, pixel % width)
        for dy in -1...1 {
          for dx in -1...1 where connectivity == .eight || dx == 0 || dy == 0 {
            let next = (y + dy) * width + x + dx
            guard (0..<width).contains(x + dx), mask.indices.contains(next), left[next] else {
              continue
            }
            left[next] = false
            stack.append(next)
          }
        }
      }
      let columns = pixels.map { $0 % width }.sorted()
      let rows = pixels.map { $0 / width }.sorted()
      components.append(
        Component(
          count: pixels.count, first: first, columns: columns[0]..<(columns.last ?? 0) + 1,
          rows: rows[0]..<(rows.last ?? 0) + 1))
    }
    return components
  }
}
