import Explain
import Verify

extension FuzzTarget {
  private static let file = ScratchFile()

  static let golden = FuzzTarget("golden") { bytes in try readGolden(file.fill(bytes)) }
  static let maps = FuzzTarget("maps") { bytes in try readMaps(file.fill(bytes)) }

  /// Whole files with checksums, in which something is missing, of another type or of another shape.
  ///
  /// Bytes at random hardly ever pass the checksums of the two targets above.
  static let contents = FuzzTarget("contents") { bytes in
    var choices = Choices(bytes)
    let isGolden = choices.next() % 2 == 0
    let path = try (isGolden ? StoredItem.golden : StoredItem.maps).write(file.path, &choices)
    try isGolden ? readGolden(path) : readMaps(path)
  }

  /// Reads a golden file and all that is in it.
  private static func readGolden(_ path: String) throws {
    let golden = try GoldenFile(path: path)
    let diff = try GoldenDiff(from: golden, to: golden)
    precondition(diff.changes.isEmpty && diff.isIdentical, "a golden differs from itself")
  }

  /// Reads a file of maps and all pictures in it.
  private static func readMaps(_ path: String) throws {
    let maps = try MapsFile(path: path)
    for index in 0..<maps.count { _ = try maps.picture(index) }
  }
}
