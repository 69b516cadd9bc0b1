internal import Foundation

/// The command that was built with these tests.
public enum BuiltCommand {
  /// Its path: it is beside the tests.
  public static let path: String = {
    var folder = Bundle.main.bundleURL
    for argument in CommandLine.arguments.prefix(1) {
      folder = URL(filePath: argument).deletingLastPathComponent()
    }
    let candidates = [
      folder, Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent(),
    ]
    for case let candidate? in candidates {
      let url = candidate.appending(path: "densecam")
      if FileManager.default.isExecutableFile(atPath: url.path) { return url.path }
    }
    return folder.appending(path: "densecam").path
  }()
}
