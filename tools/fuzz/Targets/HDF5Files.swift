import Explain
import Verify

extension FuzzTarget {
  private static let file = MemoryFile()

  /// Golden files, with all that is in them.
  static let golden = FuzzTarget("golden") { bytes in
    let golden = try GoldenFile(path: file.fill(bytes))
    let diff = try GoldenDiff(from: golden, to: golden)
    precondition(diff.changes.isEmpty && diff.isIdentical, "a golden differs from itself")
  }

  /// Files of maps, with all pictures.
  static let maps = FuzzTarget("maps") { bytes in
    let maps = try MapsFile(path: file.fill(bytes))
    for index in 0..<maps.count { _ = try maps.picture(index) }
  }
}
