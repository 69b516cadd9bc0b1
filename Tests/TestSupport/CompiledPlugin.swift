internal import Foundation

/// A plugin that is compiled for a test, and goes with it.
public final class CompiledPlugin: Sendable {
  /// The path of the shared library.
  public let path: String
  private let folder: URL

  public struct CompilerError: Error, CustomStringConvertible {
    public let description: String
  }

  /// The C files of the tests.
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../PluginsTests/Kernels").standardizedFileURL

  private static let headers = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/CDensecam/include").standardizedFileURL

  /// Compiles C.
  ///
  /// - Parameters:
  ///   - name: The library's name, without extension, and that of a file of the tests of plugins unless there is a text.
  ///   - text: What to compile.
  ///   - options: Further words for the compiler.
  /// - Throws: ``CompilerError`` with what the compiler said.
  public init(_ name: String, text: String? = nil, options: [String] = []) throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "densecam-plugin-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let last = name.split(separator: "/").last.map(String.init) ?? name
    path = folder.appending(path: "\(last).so").path
    var source = Self.sources.appending(path: "\(name).c")
    if let text {
      source = folder.appending(path: "\(name).c")
      try Data(text.utf8).write(to: source)
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      [
        "cc", "-std=gnu11", "-O2", "-w", "-shared", "-fPIC", "-pthread",
        "-I\(Self.headers.path)", "-I\(Self.sources.path)", "-o", path, source.path,
      ] + options + ["-lm", "-ldl"]
    let output = Pipe()
    process.standardError = output
    try process.run()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CompilerError(description: said) }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }
}
