import FoundationEssentials
import Verify

/// The goldens that a command works on.
enum GoldenPaths {
  /// The folder that is looked into when none is named.
  static let folder = "golden"

  /// The paths that were named, or all in ``folder``.
  ///
  /// - Throws: ``GoldenError`` if there are none.
  static func resolve(_ named: [String]) throws -> [String] {
    guard named.isEmpty else { return named }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let goldens = files.filter { $0.hasSuffix(".h5") }.sorted().map { "\(folder)/\($0)" }
    guard !goldens.isEmpty else {
      throw GoldenError(
        .missing, path: folder,
        "holds no goldens; name some, or make one with `densecam golden record`")
    }
    return goldens
  }
}
